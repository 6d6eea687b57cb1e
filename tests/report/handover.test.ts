/** The scheduled export: whole files, or a POST at least once. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import Papa from 'papaparse';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../bridge/wait.ts';
import { makeWorld, type World } from '../bridge/world.ts';

const dir = mkdtempSync(join(tmpdir(), 'deskcall-handover-'));
type Got = { kind: string; rows: { id: string; queue: string }[]; key: string };
const got: Got[] = [];
/** The first request of all is taken and not answered well, as by a server that fails after storing. */
let failures = 1;
const authorizations = new Set<string | undefined>();
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    authorizations.add(request.headers.authorization);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Got;
    got.push({ ...body, key: String(request.headers['idempotency-key']) });
    response.writeHead(failures-- > 0 ? 500 : 204).end();
  });
});

let world: World;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  world = await makeWorld(
    { handover: { folder: join(dir, 'out'), url: `http://127.0.0.1:${port}/rows` }, waits: { sweep: 1, poll: 0.5 } },
    { EXPORT_TOKEN: 'export-secret' },
  );
});
afterAll(async () => {
  await world.end();
  server.close();
  rmSync(dir, { recursive: true });
});

const insert = (id: string) =>
  sql`insert into case_time (desk, kind, case_id, queue, opened_at, source, seen_at)
    values ('rt', 'ticket', ${id}, '=1+1', now(), 'file', now())`.execute(world.db);
/** All rows of cases in all files, in the order of their names' places. */
const inFiles = (): Record<string, string>[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => /cases-.*\.csv$/.test(name))
    .toSorted((a, b) => Number(a.split('-')[1]) - Number(b.split('-')[1]))
    .flatMap(
      (name) =>
        Papa.parse<Record<string, string>>(readFileSync(join(dir, name), 'utf8'), {
          header: true,
          skipEmptyLines: true,
        }).data,
    );

test('what is new comes once as a file, and at least once as a POST; what changed comes again with its id', async () => {
  await insert('1');
  await insert('2');
  const first = await until(async () => inFiles().length === 2 && got.length === 2 && inFiles());
  expect(first.map(({ caseId }) => caseId)).toEqual(['1', '2']);
  expect(first[0]?.queue).toBe("'=1+1");
  // The first POST failed: the same came again.
  expect(got[1]).toEqual(got[0]);
  expect(got[0]?.rows.map(({ id }) => id)).toEqual(first.map(({ id }) => id));

  await sql`update case_time set queue = 'Valves' where case_id = '2'`.execute(world.db);
  await until(async () => inFiles().length === 3 && got.length === 3);
  expect(inFiles()[2]).toMatchObject({ id: first[1]?.id, queue: 'Valves' });
  expect(got[2]?.rows).toMatchObject([{ id: first[1]?.id, queue: 'Valves' }]);
  expect(got[2]?.key).not.toBe(got[0]?.key);
  expect(readdirSync(join(dir, 'out')).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('job events are handed over as well', async () => {
  await sql`
    insert into event (source, via, same, headers, body, subject, verb, detail, state)
    values ('serviceoptimizer', 'main', '', '{}', '', 'W1', 'status', '=2+2', 'taken')`.execute(world.db);
  const post = await until(async () => got.find(({ kind }) => kind === 'jobs'));
  expect(post?.rows).toMatchObject([{ instance: 'main', number: 'W1', verb: 'status', raw: '=2+2', stage: null }]);
  const file = await until(async () => readdirSync(join(dir, 'out')).find((name) => /^jobs-0-\d+\.csv$/.test(name)));
  expect(readFileSync(join(dir, 'out', file), 'utf8')).toMatch(
    /^id,instance,number,verb,raw,stage,at\r\n\d+,main,W1,status,"'=2\+2",,2026-/,
  );
});

test('it is sent with its secret, which stands in no log', () => {
  expect([...authorizations]).toEqual(['Bearer export-secret']);
  expect(world.lines.join('')).toContain('not handed over');
  expect(world.lines.join('')).not.toContain('export-secret');
});
