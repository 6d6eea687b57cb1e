/** A note when a call has begun, completed at its end; and fields, set at the end. */
import { describe, expect, test } from 'vitest';
import { historyShape } from '../../lib/api.ts';
import { configured } from './desks-config.ts';
import { makeWrites } from './writes-world.ts';

const it = makeWrites(
  {
    write: 'staged',
    note: '{{what}} of {{number}}: {{minutes}} min with {{people}}\nOutcome: {{outcome}}\nSee {{link}}\nNothing: {{remark}}',
  },
  true,
);

const all = Object.entries(configured).map(([desk, each]) => ({ desk, ...each }));
const goingOn = { endedAt: null, state: 'active' };
const over = { endedAt: '2026-11-22T10:00:00Z', startedAt: '2026-11-22T09:47:55Z', state: 'completed' };

describe.each(all)('$desk', ({ desk, edits, field, target, kind }) => {
  test(`the note at the start is ${edits ? 'completed' : 'followed by another'}`, async () => {
    const { id, session } = await it.called(desk, goingOn);
    await it.announce(session, 'created');
    await it.row(id, 'done', 'start');
    expect(it.notesOn(id).map(({ text }) => text)).toEqual([expect.stringContaining('WorkLink call has begun')]);
    Object.assign(session, over);
    await it.announce(session);
    await it.row(id, 'done');
    const texts = it.notesOn(id).map(({ text }) => text);
    expect(texts).toHaveLength(edits ? 1 : 2);
    expect(texts.at(-1)).toContain('13 min with Alex Agent');
    expect(texts.at(-1)).toContain(`/sessions/${encodeURIComponent(session.id)}`);
    expect(texts.at(-1)).not.toContain('Nothing');
    expect(it.notesOn(id).every((note) => !note.public)).toBe(true);
    if (!field) return;
    await it.row(id, 'done', 'fields');
    expect(it.desks.fields(target, kind, id)).toEqual({ [field]: 13 });
  });
});

test('what people wrote into the note at the start stays; the end is a note of its own', async () => {
  const { id, session } = await it.called('jira', goingOn);
  await it.announce(session, 'created');
  await it.row(id, 'done', 'start');
  const [note] = it.notesOn(id);
  if (note) note.text += '\nThe pump is a P-204.';
  Object.assign(session, over);
  await it.announce(session);
  await it.row(id, 'done');
  expect(it.notesOn(id).map(({ text }) => text)).toEqual([
    expect.stringContaining('The pump is a P-204.'),
    expect.stringContaining('13 min'),
  ]);
});

test('a note at the start that somebody published is left alone', async () => {
  const { id, session } = await it.called('freshdesk', goingOn);
  await it.announce(session, 'created');
  await it.row(id, 'done', 'start');
  const [note] = it.notesOn(id);
  if (note) note.public = true;
  Object.assign(session, over);
  await it.announce(session);
  await it.row(id, 'done');
  expect(it.notesOn(id).map((each) => each.public)).toEqual([true, false]);
});

test('an edit that nobody heard of is looked for, and the note is there once', async () => {
  const { id, session } = await it.called('jira', goingOn);
  await it.announce(session, 'created');
  await it.row(id, 'done', 'start');
  it.desks.on('timed-out');
  Object.assign(session, over);
  await it.announce(session);
  await it.row(id, 'done');
  expect(it.notesOn(id).map(({ text }) => text)).toEqual([expect.stringContaining('13 min')]);
});

test('the end waits for a start of which nobody knows, and completes it', async () => {
  const { id, session } = await it.called('jira', goingOn);
  it.desks.on('timed-out');
  await it.announce(session, 'created');
  await it.row(id, 'writing', 'start');
  Object.assign(session, over);
  await it.announce(session);
  await it.row(id, 'done');
  expect(it.notesOn(id).map(({ text }) => text)).toEqual([expect.stringContaining('13 min')]);
});

test('a call that is over before its start was tried gets one note', async () => {
  const { id, session } = await it.called('zendesk', goingOn);
  const { db } = it.world;
  await db
    .insertInto('stopped')
    .values({ desk: 'zendesk', credential: Buffer.from('x'), reason: 'test' })
    .execute();
  await it.announce(session, 'created');
  await it.row(id, 'waiting', 'start');
  Object.assign(session, over);
  await it.announce(session);
  await it.row(id, 'waiting');
  await db.deleteFrom('stopped').execute();
  await it.row(id, 'done');
  expect(it.notesOn(id).map(({ text }) => text)).toEqual([expect.stringContaining('13 min')]);
});

test.each(all.filter(({ field }) => field))(
  '$desk: a field that is dropped is told of',
  async ({ desk, kind, field = '' }) => {
    const { id, session } = await it.called(desk);
    it.desks.on('fields-dropped', 2);
    await it.announce(session);
    await it.row(id, 'done');
    // Nobody said how the fields of a desk are read whose requests an admin wrote down.
    if (desk === 'plain') expect(await it.row(id, 'done', 'fields')).toBeTruthy();
    else {
      expect((await it.row(id, 'parked', 'fields')).reason).toContain(field);
      const token = await it.world.token('read');
      const answer = await it.world.get(`/api/cases/${desk}/${kind}/${encodeURIComponent(id)}`, token);
      const { entries } = historyShape.parse(await answer.json());
      expect(entries).toContainEqual(
        expect.objectContaining({ what: 'session', note: 'written', reason: expect.stringContaining(field) }),
      );
    }
  },
);

test('setting fields whose answer never came is done again', async () => {
  const { id, session } = await it.called('servicenow');
  it.desks.on('timed-out', 2);
  await it.announce(session);
  await Promise.all([it.row(id, 'done'), it.row(id, 'done', 'fields')]);
  expect(it.desks.fields('servicenow', 'incident', id)).toEqual({ u_worklink_minutes: 13 });
});
