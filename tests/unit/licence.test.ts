import { describe, expect, test } from 'vitest';
import { licences, refusalOf, refusalsByHelp } from '../../lib/licence.ts';
import type { Licence } from '../../lib/model.ts';
import { preview } from '../../lib/import.ts';
import { mergePolicy, readPolicy } from '../../lib/policy.ts';
import { compile, mineId, mineOf, parseSettings } from '../../lib/settings.ts';

const link = 'worklink://resource?action=fetch_user&user=1';
const parse = (raw: object) => parseSettings(raw).settings;
const entryOf = (raw: object) =>
  compile(
    parse({
      desks: [{ key: 'rt', product: 'request-tracker', origins: ['https://rt.example'] }],
      contacts: licences.map((licence) => ({ id: licence, name: licence, link, licence })),
      catalogs: [{ id: 'manuals', name: 'Manuals', link }],
      rules: [{ id: 'r', offer: [...licences, 'manuals'] }],
      ...raw,
    }),
    'https://rt.example',
  );
const warned = (raw: object) =>
  Object.values(entryOf(raw)?.targets ?? {}).flatMap(({ id, warn }) => (warn ? [[id, warn]] : []));

describe('what the vendor’s help centre says', () => {
  // Caller by caller: "Guest with Expert only; Tech with Expert; Tech+ with Tech+ or Expert; Expert with all".
  test.each<[Licence, Licence[]]>([
    ['guest', ['guest', 'tech', 'tech-plus']],
    ['tech', ['guest', 'tech', 'tech-plus']],
    ['tech-plus', ['guest', 'tech']],
    ['expert', []],
  ])('a %s does not reach %j', (from, refused) => {
    expect(licences.filter((to) => refusalOf(refusalsByHelp, from, to))).toEqual(refused);
    for (const to of refused) expect(refusalOf(refusalsByHelp, from, to)?.evidence).toBe('help');
  });

  test('of a licence that is not known nothing is said', () => {
    expect(refusalOf(refusalsByHelp, undefined, 'guest')).toBeNull();
    expect(refusalOf(refusalsByHelp, 'guest', undefined)).toBeNull();
  });
});

describe('on a page', () => {
  test('nobody is warned of until the person’s own licence is known', () => expect(warned({})).toEqual([]));

  test('a tech is warned of all but experts, and of no catalog', () =>
    expect(warned({ me: { licence: 'tech' } })).toEqual(
      ['guest', 'tech', 'tech-plus'].map((id) => [id, { me: 'tech', evidence: 'help', why: undefined }]),
    ));

  test('what an admin has corrected counts in place of it, with the admin’s words', () => {
    const own = { from: 'tech', to: 'expert', evidence: 'tried', why: 'Our experts take no calls from the field.' };
    expect(warned({ me: { licence: 'tech' }, licences: [own] })).toEqual([
      ['expert', { me: 'tech', evidence: 'tried', why: own.why }],
    ]);
    expect(warned({ me: { licence: 'tech' }, licences: [] })).toEqual([]);
  });

  test('a pair that stands twice is one, and a bad one costs itself', () => {
    const pair = { from: 'tech', to: 'guest', evidence: 'tried' };
    const { settings, problems } = parseSettings({
      licences: [pair, { ...pair, evidence: 'assumed' }, { ...pair, from: 'viewer' }, { from: 'guest', to: 'guest' }],
    });
    expect(settings.licences).toEqual([pair]);
    expect(new Set(problems.map(({ path }) => /^licences\[\d\]/.exec(path)?.[0]))).toEqual(
      new Set(['licences[1]', 'licences[2]', 'licences[3]']),
    );
  });

  test('who stands in is warned of as well', () => {
    const hours = { zone: 'UTC', week: [{ days: [1], from: '08:00', to: '09:00' }] };
    const entry = entryOf({
      me: { licence: 'tech' },
      contacts: [
        { id: 'a', name: 'A', link, hours, fallback: ['b'] },
        { id: 'b', name: 'B', link, licence: 'guest' },
      ],
      rules: [{ id: 'r', offer: ['a'] }],
    });
    expect(entry?.targets.a?.fallback?.[0]?.warn).toMatchObject({ me: 'tech' });
  });
});

describe('the link by which an expert calls', () => {
  const mine = { id: mineId, name: '', group: 'contact', link };
  test.each<[string, object, unknown]>([
    ['nothing is known', {}, undefined],
    ['an expert calls themselves', { me: { licence: 'expert' }, myLink: link }, undefined],
    ['it is not set', { me: { licence: 'tech' } }, null],
    ['it is set', { me: { licence: 'tech' }, myLink: link }, mine],
    ['it is set, and the licence is not known', { myLink: link }, mine],
  ])('%s', (_, raw, wanted) => {
    expect(mineOf(parse(raw))).toEqual(wanted);
    expect(entryOf(raw)?.mine).toEqual(wanted);
  });

  test('one that may not be offered is left out with a sentence', () => {
    const { settings, problems } = parseSettings({ me: { licence: 'tech' }, myLink: 'javascript:alert(1)' });
    expect(settings.myLink).toBeNull();
    expect(settings.me.licence).toBe('tech');
    expect(problems).toEqual([{ path: 'myLink', code: 'link_scheme', outcome: { code: 'left', with: ['myLink'] } }]);
  });
});

test('policy may set the licence for good and leave the link to the person', () => {
  const { organisation } = readPolicy([{ settings: JSON.stringify({ me: { licence: 'tech' } }) }]);
  const { merged, locked } = mergePolicy({ me: { licence: 'expert' }, myLink: link }, organisation);
  expect(locked).toEqual(['me']);
  expect(parse(merged as object)).toMatchObject({ me: { licence: 'tech' }, myLink: link });
});

test('a settings file brings them', () => {
  const file = { me: { licence: 'tech' }, myLink: link, licences: [] };
  const found = preview(JSON.stringify(file), parse({}), [], []);
  expect(found).toMatchObject({ settings: file, rejected: [] });
  expect('changes' in found && found.changes.map(({ part }) => part)).toEqual(['me', 'myLink', 'licences']);
});
