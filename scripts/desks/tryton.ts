/**
 * Tryton 6 with its web client, from Debian's packages, on 127.0.0.1 with an SQLite database: a single-page app whose
 * addresses are fragments. Its records are the complaints of its sales module and the tasks of its project module.
 *
 * Outside facts, tried on Debian 12 (6.0), 2026-11: an empty file makes the SQLite database, `trytond-admin` fills it;
 * the seed needs Debian's own Python, which has the packages.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { password, run, startDesk, type Plan, type Started, type Where } from './desk.ts';

/** A running Tryton; plain data. `url` is the server's, the client is at `/#desk`. */
export type Tryton = { url: string; user: string; password: string; seeded: Seeded };

/** Ids that new records name. */
type Seeded = { company: number; customer: number; address: number; type: number; valves: number; project: number };

const database = 'desk';

const config = (dir: string, port: number): string => `[web]
listen = 127.0.0.1:${port}
root = /usr/share/tryton-sao/www
[database]
uri = sqlite://
path = ${dir}/db
[session]
authentications = password
`;

/** A company, a customer, two types of complaint, a project, and a technician who may do everything. */
const seed = String.raw`
import json, os, sys
from trytond.config import config
config.update_etc(sys.argv[1])
from trytond.pool import Pool
from trytond.transaction import Transaction
Pool.start()
pool = Pool('${database}')
pool.init()
with Transaction().start('${database}', 1, context={}):
    get = pool.get
    User, Party = get('res.user'), get('party.party')
    currency, = get('currency.currency').create([{'name': 'Euro', 'code': 'EUR', 'symbol': 'E', 'rounding': '0.01', 'digits': 2}])
    owner, = Party.create([{'name': 'Desk Ltd'}])
    company, = get('company.company').create([{'party': owner.id, 'currency': currency.id}])
    customer, = Party.create([{'name': 'Pat Customer', 'addresses': [('create', [{'city': 'Plant 7'}])]}])
    groups = [group.id for group in get('res.group').search([])]
    agent, = User.create([{'name': 'Alex Agent', 'login': 'agent', 'password': os.environ['SEED_PASSWORD'],
        'companies': [('add', [company.id])], 'company': company.id, 'groups': [('add', groups)]}])
    with Transaction().set_context(company=company.id), Transaction().set_user(agent.id):
        sale, = get('ir.model').search([('model', '=', 'sale.sale')])
        settings = get('sale.configuration')(1)
        sequence, = get('ir.sequence').search([('name', 'ilike', '%complaint%')], limit=1)
        # A record's number is not its id.
        sequence.prefix = 'C-'
        sequence.save()
        settings.complaint_sequence = sequence
        settings.save()
        kinds = get('sale.complaint.type').create([{'name': name, 'origin': sale.id} for name in ('Field Service', 'Valves')])
        project, = get('project.work').create([{'type': 'project', 'name': 'Field Service', 'company': company.id, 'party': customer.id}])
    print(json.dumps({'company': company.id, 'customer': customer.id, 'address': customer.addresses[0].id,
        'type': kinds[0].id, 'valves': kinds[1].id, 'project': project.id}))
`;

const configFile = (dir: string): string => join(dir, 'trytond.conf');

async function initialise(dir: string, env: NodeJS.ProcessEnv): Promise<void> {
  const pass = join(dir, 'pass');
  writeFileSync(pass, `${password}\n`, { mode: 0o600 });
  writeFileSync(join(dir, 'db', `${database}.sqlite`), '');
  writeFileSync(join(dir, 'seed.py'), seed);
  const options = { env: { ...env, TRYTONPASSFILE: pass, SEED_PASSWORD: password } };
  const admin = (...args: string[]) =>
    run('/usr/bin/trytond-admin', ['-c', configFile(dir), '-d', database, ...args], options);
  await admin('--all', '--email', 'admin@desk.test');
  await admin('-u', 'sale_complaint', 'project', '--activate-dependencies');
  const python = await run('/usr/bin/python3', [join(dir, 'seed.py'), configFile(dir)], options);
  writeFileSync(join(dir, 'seeded.json'), python);
}

const plan: Plan = {
  name: 'Tryton',
  folder: 'tryton',
  packages: ['tryton-server', 'tryton-sao', 'tryton-modules-project', 'tryton-modules-sale-complaint'],
  seed,
  configure(dir, port) {
    mkdirSync(join(dir, 'db'), { recursive: true });
    writeFileSync(configFile(dir), config(dir, port));
  },
  initialise,
  serve: (dir) => ({ command: '/usr/bin/trytond', args: ['-c', configFile(dir), '-d', database] }),
  path: '/',
};

/** The Debian packages that it needs. */
export const trytonPackages = plan.packages;

/** Installs, initialises and starts a Tryton; an initialised folder is used again. */
export async function startTryton(where: Where = {}): Promise<Started<Tryton>> {
  const started = await startDesk(plan, where);
  if ('skipped' in started) return started;
  const { url, dir } = started.desk;
  const seeded = JSON.parse(readFileSync(join(dir, 'seeded.json'), 'utf8')) as Seeded;
  return { desk: { url, user: 'agent', password, seeded }, stop: () => started.stop() };
}

/** Calls the server as the technician. @throws Error with what it says against it */
async function call<T>(tryton: Tryton, method: string, params: unknown[], session = ''): Promise<T> {
  const response = await fetch(`${tryton.url}/${database}/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(session && { authorization: `Session ${session}` }) },
    body: JSON.stringify({ id: 1, method, params }),
  });
  const text = await response.text();
  const answer = (response.ok ? JSON.parse(text) : { error: text }) as { result?: T; error?: unknown };
  if (answer.result === undefined) throw new Error(`Tryton refused ${method}: ${JSON.stringify(answer.error)}`);
  return answer.result;
}

async function create(tryton: Tryton, model: string, values: object): Promise<number> {
  const { user, seeded } = tryton;
  const [id, key] = await call<[number, string]>(tryton, 'common.db.login', [
    user,
    { password: tryton.password },
    'en',
  ]);
  const session = Buffer.from(`${user}:${id}:${key}`).toString('base64');
  const context = { company: seeded.company };
  const [made] = await call<number[]>(tryton, `model.${model}.create`, [[values], context], session);
  return made ?? 0;
}

/** Creates a complaint. @returns its id; its number is another */
export function createComplaint(
  tryton: Tryton,
  { reference, description, valves = false }: { reference: string; description: string; valves?: boolean },
): Promise<number> {
  const { company, customer, address, type, valves: other } = tryton.seeded;
  const values = { company, customer, address, type: valves ? other : type, reference, description };
  return create(tryton, 'sale.complaint', values);
}

/** Creates a task of the project. @returns its id */
export function createTask(tryton: Tryton, name: string): Promise<number> {
  const { company, project } = tryton.seeded;
  return create(tryton, 'project.work', { type: 'task', name, company, parent: project });
}
