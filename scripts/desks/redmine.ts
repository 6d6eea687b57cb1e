/**
 * Redmine 5 from Debian's packages, on 127.0.0.1 with an SQLite database of its own.
 *
 * Outside facts, tried on Debian 12 (Redmine 5.0.4), 2026-11: an instance is a folder, or a link to one, in
 * /var/lib/redmine, and REDMINE_INSTANCE chooses it; the packaged Gemfile.lock lacks the database's adapter until
 * `bundle install --local` has seen a configuration that names it; the migrations and the default data need a process
 * each, because Rails remembers the tables' columns.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { password, run, startDesk, type Plan, type Started, type Where } from './desk.ts';

/** A running Redmine; plain data. */
export type Redmine = { url: string; user: string; password: string; seeded: Seeded };

/** What the seed made: the technician's API key, the admin's, and ids by name. */
type Seeded = { key: string; admin: string; trackers: Record<string, number>; fields: Record<string, number> };

const home = '/usr/share/redmine';

/** Two projects with two trackers and four custom fields, and a technician who may work in both. */
const seed = String.raw`
Redmine::DefaultData::Loader.load('en')
Setting.rest_api_enabled = '1'
Setting.login_required = '1'
admin = User.find_by_login('admin')
admin.must_change_passwd = false
admin.save!
order = Tracker.create!(name: 'Work order', default_status: IssueStatus.first)
# A tracker's name is free text, and stands before the number in the page's heading.
odd = Tracker.create!(name: 'C# bug', default_status: IssueStatus.first)
[order, odd].each { |tracker| tracker.copy_workflow_rules(Tracker.find_by_name('Support')) }
trackers = [order, odd]
projects = [['Field Service', 'field-service'], ['Valves', 'valves']].map do |name, identifier|
  Project.create!(name: name, identifier: identifier, is_public: false, enabled_module_names: %w(issue_tracking), tracker_ids: trackers.map(&:id))
end
fields = ['Asset ID', 'Serial Number', 'Site', 'WorkLink Session'].map do |name|
  IssueCustomField.create!(name: name, field_format: 'string', is_for_all: true, tracker_ids: trackers.map(&:id))
end
agent = User.new(firstname: 'Alex', lastname: 'Agent', mail: 'agent@desk.test')
agent.login = 'agent'
agent.password = agent.password_confirmation = ENV.fetch('SEED_PASSWORD')
agent.save!
role = Role.find_by_name('Developer')
role.add_permission!(:add_issues, :edit_issues, :add_issue_notes, :view_issues, :set_notes_private)
projects.each { |project| Member.create!(project: project, principal: agent, roles: [role]) }
ids = ->(list) { list.to_h { |each| [each.name, each.id] } }
puts({ key: agent.api_key, admin: admin.api_key, trackers: ids.(trackers), fields: ids.(fields) }.to_json)
`;

/** Each folder is an instance of its own, so that two checkouts do not share one. */
const instance = (dir: string): string => `deskcall-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}`;

const database = (dir: string): string =>
  [
    'production:',
    '  adapter: sqlite3',
    `  database: ${dir}/redmine.sqlite3`,
    '  encoding: utf8',
    '  timeout: 10000',
  ].join('\n');

function configure(dir: string): void {
  for (const folder of ['config', 'log', 'files', 'tmp', 'public/plugin_assets'])
    mkdirSync(join(dir, folder), { recursive: true });
  writeFileSync(join(dir, 'config', 'database.yml'), database(dir));
  const link = join('/var/lib/redmine', instance(dir));
  rmSync(link, { force: true });
  symlinkSync(dir, link);
}

async function initialise(dir: string, env: NodeJS.ProcessEnv): Promise<void> {
  const options = { cwd: home, env: { ...env, SEED_PASSWORD: password } };
  writeFileSync(join(dir, 'config', 'secret_key.txt'), randomBytes(32).toString('hex'));
  writeFileSync(join(dir, 'seed.rb'), seed);
  await run('bundle', ['install', '--local', '--quiet'], options);
  await run('bundle', ['exec', 'rake', 'db:migrate'], options);
  writeFileSync(
    join(dir, 'seeded.json'),
    await run('bundle', ['exec', 'rails', 'runner', join(dir, 'seed.rb')], options),
  );
}

const plan: Plan = {
  name: 'Redmine',
  folder: 'redmine',
  packages: ['redmine', 'redmine-sqlite', 'puma', 'dbconfig-no-thanks'],
  seed,
  configure,
  initialise,
  env: (dir) => ({
    REDMINE_INSTANCE: instance(dir),
    RAILS_ENV: 'production',
    RAILS_SERVE_STATIC_FILES: '1',
    REDMINE_LANG: 'en',
    // Else the migrations write a schema file into the package.
    SCHEMA: '/dev/null',
    BUNDLE_SILENCE_ROOT_WARNING: '1',
  }),
  serve: (_dir, port) => ({
    command: 'puma',
    args: ['-e', 'production', '-b', `tcp://127.0.0.1:${port}`, '-t', '2:4', '--dir', home],
    cwd: home,
  }),
  path: '/login',
};

/** The Debian packages that it needs. */
export const redminePackages = plan.packages;

/** Installs, initialises and starts a Redmine; an initialised folder is used again. */
export async function startRedmine(where: Where = {}): Promise<Started<Redmine>> {
  const started = await startDesk(plan, where);
  if ('skipped' in started) return started;
  const { url, dir } = started.desk;
  const seeded = JSON.parse(readFileSync(join(dir, 'seeded.json'), 'utf8')) as Seeded;
  return { desk: { url, user: 'agent', password, seeded }, stop: () => started.stop() };
}

export type NewIssue = {
  project: 'field-service' | 'valves';
  tracker?: string;
  subject: string;
  /** Custom fields by name. */
  fields?: Record<string, string>;
};

/** Creates an issue by REST. @returns its number */
export async function createIssue(redmine: Redmine, issue: NewIssue): Promise<number> {
  const { project, tracker = 'Work order', subject, fields = {} } = issue;
  const { seeded } = redmine;
  const response = await fetch(`${redmine.url}/issues.json`, {
    method: 'POST',
    headers: { 'x-redmine-api-key': seeded.key, 'content-type': 'application/json' },
    body: JSON.stringify({
      issue: {
        project_id: project,
        tracker_id: seeded.trackers[tracker],
        subject,
        description: 'The technician is on site.',
        custom_fields: Object.entries(fields).map(([name, value]) => ({ id: seeded.fields[name], value })),
      },
    }),
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`Redmine refused the issue: ${response.status} ${text}`);
  return (JSON.parse(text) as { issue: { id: number } }).issue.id;
}
