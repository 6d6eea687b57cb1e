/** An internal note on each desk of the sandbox, by its own requests. */
import { describe, expect, test } from 'vitest';
import { salesforce } from '../../bridge/desks/salesforce.ts';
import { configured } from './desks-config.ts';
import { until } from './wait.ts';
import { makeWrites } from './writes-world.ts';

const it = makeWrites();

const all = Object.keys(configured);

/** Where the number is another word than the id. */
const numberOf: Record<string, (id: string) => string> = {
  servicenow: () => 'INC0010001',
  freshservice: (id) => `INC-${id}`,
  'freshservice-change': (id) => `CHN-${id}`,
  dynamics: () => 'CAS-01001',
  'dynamics-field': () => '00042',
  salesforce: () => '00001027',
  'salesforce-field': () => '00000004',
};

describe.each(all)('%s', (desk) => {
  test('the note is there once, internal, with its length', async () => {
    const people = ['Alex Agent', `O'Neil "<b>" {{x}} [code] {noformat} *WEB*`];
    const { id, session } = await it.called(desk, { people });
    await it.announce(session);
    await it.announce(session, 'updated');
    await it.row(id, 'done');
    const [note, ...more] = it.notesOn(id);
    expect(more).toEqual([]);
    expect(note).toMatchObject({ public: false, kind: configured[desk]?.kind });
    expect(note?.text).toContain('12 min 5 s');
    expect(note?.text).toContain('Alex Agent');
  });

  test('an answer that never comes: looked for, and there once', async () => {
    const { id, session } = await it.called(desk);
    it.desks.on('timed-out');
    await it.announce(session);
    await it.row(id, 'done');
    // A desk without a list and without keys may have it twice: docs/bridge.md.
    expect(it.notesOn(id)).toHaveLength(desk === 'unlisted' ? 2 : 1);
  });

  test('without a launch the desk has to know the case by both names', async () => {
    const { id, kind } = it.record(desk);
    const number = numberOf[desk]?.(id) ?? id;
    it.desks.add(configured[desk]?.target ?? '', kind, id, number);
    const external = (named: string) => ({ work_order_id: named, case_id: `${kind}:${id}`, desk });
    await it.announce(it.cms.add({ externalData: external('666-forged') }));
    await it.announce(it.cms.add({ externalData: external(number) }));
    await it.row(id, 'done');
    expect(it.notesOn(id).map(({ text }) => text)).toEqual([expect.stringContaining('launch not known to Deskcall')]);
  });
});

/** The others know no public notes, or can't be asked. */
const knowing = all.filter((desk) => !/^(keyed|unlisted|jira-software|freshservice-change)$/.test(desk));

test.each(knowing)('%s: a note that came out public is told of, and not written again', async (desk) => {
  const { id, session } = await it.called(desk);
  it.desks.on('published');
  await it.announce(session);
  expect((await it.row(id, 'parked')).reason).toContain('public');
  expect(it.notesOn(id)).toHaveLength(1);
});

test.each([
  ['zendesk', 150],
  ['jira', 150],
  ['jira-dc', 150],
  ['freshdesk', 150],
  ['freshservice', 150],
  ['salesforce-field', 250],
])('%s: a marker that is not on the first page is found', async (desk, others) => {
  const { id, session } = await it.called(desk);
  const { target = '', kind = '' } = configured[desk] ?? {};
  const push = () => {
    for (let n = 0; n < others; n += 1)
      it.desks.notes.push({ desk: target, kind, id, note: `9${n}`, text: `Note ${n}`, public: true });
  };
  // Some desks list the newest first and some the oldest.
  push();
  it.desks.on('timed-out');
  await it.announce(session);
  await it.row(id, 'writing');
  push();
  await it.row(id, 'done');
  expect(it.notesOn(id)).toHaveLength(others * 2 + 1);
});

test.each([
  ['zendesk', '{% for x in (1..9) %}', '{%'],
  ['jira-dc', '[~admin]', '[~'],
  ['dynamics', '<img src=https://x.test>', '<'],
  ['servicenow', '@[admin:Admin]', '@['],
])('%s: what means something there does not, in the name %s', async (desk, name, meant) => {
  const { id, session } = await it.called(desk, { people: ['Alex Agent', name] });
  await it.announce(session);
  await it.row(id, 'done');
  expect(it.notesOn(id)[0]?.text).toContain('Alex Agent');
  expect(it.notesOn(id)[0]?.text).not.toContain(meant);
});

test('Salesforce: too many requests answer 403, and are waited for', async () => {
  const { id, session } = await it.called('salesforce');
  it.desks.on('limit-exceeded');
  await it.announce(session);
  await it.row(id, 'done');
  expect(it.notesOn(id)).toHaveLength(1);
});

test('Salesforce: a comment is cut to what fits, and keeps its marker', async () => {
  const { id, session } = await it.called('salesforce', {
    people: Array.from({ length: 20 }, (_, n) => `${n}${'漢'.repeat(79)}`),
  });
  await it.announce(session);
  await it.row(id, 'done');
  const [note] = it.notesOn(id);
  expect(note?.text).toMatch(/漢[^]*\n\[WL-\w+\]$/);
  // Wherever the cut is, it is between two characters.
  for (let n = 0; n < 4; n += 1) {
    const { body } = salesforce.note(
      { kind: 'Case', id: '' },
      { text: `${'x'.repeat(n)}${'🙂'.repeat(1500)}\n[WL-1]`, marker: '', key: '' },
    );
    expect((body as { CommentBody: string }).CommentBody.isWellFormed()).toBe(true);
  }
});

test('a token that was taken back is renewed once, and nothing is lost', async () => {
  const first = await it.called('dynamics');
  await it.announce(first.session);
  await it.row(first.id, 'done');
  const signIns = it.desks.signIns;
  it.desks.expire();
  const second = await it.called('dynamics');
  await it.announce(second.session);
  await it.row(second.id, 'done');
  expect([it.desks.signIns - signIns, it.notesOn(second.id).length]).toEqual([1, 1]);
});

test('a token that is refused twice stops the desk, with one new token asked for', async () => {
  const { id, session } = await it.called('dynamics');
  it.desks.on('unauthorized', 10);
  const signIns = it.desks.signIns;
  await it.announce(session);
  const stopped = () => it.world.db.selectFrom('stopped').selectAll().execute();
  expect(await until(async () => (await stopped()).length === 1 && stopped())).toMatchObject([{ desk: 'dynamics' }]);
  expect(it.desks.signIns - signIns).toBe(1);
  it.desks.off();
  await it.world.db.deleteFrom('stopped').execute();
  await it.row(id, 'done');
});

test('requests sign in as each desk wants it', () => {
  const seen = (desk: string): string | undefined =>
    it.desks.requests.findLast((request) => request.desk === desk)?.headers.authorization?.split(' ')[0];
  expect(
    ['servicenow', 'zendesk', 'jira', 'jira-data-center', 'freshdesk', 'dynamics', 'salesforce'].map(seen),
  ).toEqual(['Basic', 'Basic', 'Basic', 'Bearer', 'Basic', 'Bearer', 'Bearer']);
});

test('no secret and no token is in the log', () => {
  const log = it.world.lines.join('');
  expect(log).not.toContain(it.desks.secret);
  expect(log).not.toMatch(/token-\d/);
});
