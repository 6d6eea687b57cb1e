/**
 * Request Tracker 5.0 or 4.4, from Debian's packages, on 127.0.0.1 with an SQLite database of its own. All that changes
 * lies in one folder; nothing of /etc or /var is used beyond the packages.
 *
 * Outside facts, tried on Debian 12 (5.0.3 and 4.4.6), 2026-11: RT_SITE_CONFIG and RT_SITE_CONFIG_DIR make RT leave
 * /etc alone; WebDomain and WebPort must equal the address used; RT 4.4's core has REST 1.0 only.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { password, run, startDesk, type Plan, type Started, type Where } from './desk.ts';

/** A running Request Tracker; plain data, so that it can be handed to another process. */
export type Rt = {
  version: 5 | 4;
  url: string;
  user: string;
  password: string;
  /** For REST 2.0; RT 4 has none. */
  token?: string;
};

const siteConfig = (dir: string, port: number): string => String.raw`
Set($rtname, 'desk.test');
Set($Organization, 'desk.test');
Set($WebDomain, '127.0.0.1');
Set($WebPort, ${port});
Set($WebPath, '');
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '${dir}/rt.sqlite');
Set($DatabaseHost, ''); Set($DatabasePort, ''); Set($DatabaseUser, ''); Set($DatabasePassword, '');
Set($CorrespondAddress, 'rt\@desk.test');
Set($CommentAddress, 'rt-comment\@desk.test');
Set($OwnerEmail, 'root\@desk.test');
Set($MailCommand, 'mbox');
Set($LogToSyslog, ''); Set($LogToSTDERR, 'warning'); Set($LogToFile, '');
Set($WebSecureCookies, 0);
Set($Timezone, 'UTC');
# RT takes these from its package, which says /var.
$RT::MasonDataDir = '${dir}/mason'; $RT::MasonSessionDir = '${dir}/session'; $RT::VarPath = '${dir}';
1;
`;

/** Two queues with the same four custom fields, a technician who may work in both, a requester, and a token on RT 5. */
const seed = (version: 5 | 4): string => String.raw`
use strict; use warnings; use lib '/usr/share/request-tracker${version}/lib';
use RT; RT::LoadConfig(); RT::Init();
my $password = shift;
my $sys = RT->SystemUser;
sub made { my ($id, $message) = @_; die "$message\n" unless $id; }
my $group = RT::Group->new($sys); made($group->CreateUserDefinedGroup(Name => 'Technicians'));
my $agent = RT::User->new($sys);
made($agent->Create(Name => 'agent', EmailAddress => 'agent@desk.test', RealName => 'Alex Agent', Password => $password, Privileged => 1));
made($group->AddMember($agent->PrincipalId));
my $requester = RT::User->new($sys);
made($requester->Create(Name => 'pat@customer.test', EmailAddress => 'pat@customer.test', RealName => 'Pat Customer', Privileged => 0));
my @queues = map { my $queue = RT::Queue->new($sys); made($queue->Create(Name => $_)); $queue } ('Field Service', 'Valves');
for my $name ('Asset ID', 'Serial Number', 'Site', 'WorkLink Scenario') {
  my $field = RT::CustomField->new($sys);
  made($field->Create(Name => $name, Type => 'Freeform', MaxValues => 1, LookupType => RT::Ticket->CustomFieldLookupType));
  made($field->AddToObject($_)) for @queues;
}
for my $queue (@queues) {
  made($group->PrincipalObj->GrantRight(Right => $_, Object => $queue))
    for qw(SeeQueue ShowTicket ShowTicketComments CreateTicket ReplyToTicket CommentOnTicket ModifyTicket OwnTicket Watch SeeCustomField ModifyCustomField);
}
made($group->PrincipalObj->GrantRight(Right => $_, Object => RT->System)) for qw(ModifySelf ${version === 5 ? 'ManageAuthTokens' : ''});
${version === 5 ? `my $token = RT::AuthToken->new($sys); my ($id, $message, $text) = $token->Create(Owner => $agent->Id, Description => 'tests'); die $message unless $id; print $text;` : ''}
`;

const plan = (version: 5 | 4): Plan => {
  const name = `rt${version}`;
  return {
    name: `Request Tracker ${version}`,
    folder: name,
    packages: rtPackages(version),
    seed: seed(version),
    configure(dir, port) {
      for (const folder of ['mason', 'session', 'siteconfig.d']) mkdirSync(join(dir, folder), { recursive: true });
      writeFileSync(join(dir, 'RT_SiteConfig.pm'), siteConfig(dir, port));
    },
    async initialise(dir, env) {
      const script = join(dir, 'seed.pl');
      const none = ['--dba', '', '--dba-password', ''];
      await run(`rt-setup-database-${version}`, ['--action', 'init', ...none, '--skip-create'], { env });
      writeFileSync(script, seed(version));
      writeFileSync(join(dir, 'token'), await run('perl', [script, password], { env }));
    },
    env: (dir) => ({
      RT_SITE_CONFIG: join(dir, 'RT_SiteConfig.pm'),
      RT_SITE_CONFIG_DIR: join(dir, 'siteconfig.d'),
    }),
    serve: (_dir, port) => ({
      command: `/usr/share/request-tracker${version}/libexec/rt-server`,
      args: ['--server', 'Starlet', '--host', '127.0.0.1', '--port', String(port), '--max-workers', '3'],
    }),
    path: '/',
  };
};

/** The Debian packages that it needs. */
export const rtPackages = (version: 5 | 4): string[] => [
  `request-tracker${version}`,
  `rt${version}-standalone`,
  `rt${version}-db-sqlite`,
  // Keeps the packages from setting up a database of their own, and from bringing a mail server.
  'dbconfig-no-thanks',
  'msmtp-mta',
];

/** Installs, initialises and starts a Request Tracker; an initialised folder is used again. */
export async function startRt(version: 5 | 4, where: Where = {}): Promise<Started<Rt>> {
  const started = await startDesk(plan(version), where);
  if ('skipped' in started) return started;
  const { url, dir } = started.desk;
  const token = readFileSync(join(dir, 'token'), 'utf8');
  return { desk: { version, url, user: 'agent', password, ...(token && { token }) }, stop: () => started.stop() };
}

export type NewTicket = {
  queue: 'Field Service' | 'Valves';
  subject: string;
  /** Custom fields by name. */
  fields?: Record<string, string>;
  owner?: string;
};

/** Creates a ticket by REST 2.0 (RT 5) or 1.0 (RT 4). @returns its number */
export async function createTicket(rt: Rt, ticket: NewTicket): Promise<number> {
  const { queue, subject, fields = {}, owner = 'Nobody' } = ticket;
  const requester = 'pat@customer.test';
  const content = 'The technician is on site.';
  if (rt.version === 5) {
    const response = await fetch(`${rt.url}/REST/2.0/ticket`, {
      method: 'POST',
      headers: { authorization: `token ${rt.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        Queue: queue,
        Subject: subject,
        Requestor: requester,
        Owner: owner,
        Content: content,
        ContentType: 'text/plain',
        CustomFields: fields,
      }),
    });
    const text = await response.text();
    if (response.status !== 201) throw new Error(`RT 5 refused the ticket: ${response.status} ${text}`);
    return Number((JSON.parse(text) as { id: number | string }).id);
  }
  const lines = [
    'id: ticket/new',
    `Queue: ${queue}`,
    `Subject: ${subject}`,
    `Requestor: ${requester}`,
    `Owner: ${owner}`,
    `Text: ${content}`,
    ...Object.entries(fields).map(([name, value]) => `CF-${name}: ${value}`),
  ];
  const who = new URLSearchParams({ user: rt.user, pass: rt.password });
  const response = await fetch(`${rt.url}/REST/1.0/ticket/new?${who}`, {
    method: 'POST',
    body: new URLSearchParams({ content: `${lines.join('\n')}\n` }),
  });
  const text = await response.text();
  const id = /^# Ticket (\d+) created/m.exec(text)?.[1];
  if (!id) throw new Error(`RT 4 refused the ticket: ${text}`);
  return Number(id);
}
