import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { targetKinds, type Case, type LinkOptions, type Target } from '../../lib/model.ts';
import { parseSettings } from '../../lib/settings.ts';
import { encode, linkFault, linkOf, newLaunchId, readExternal, readLink, type Link } from '../../lib/worklink.ts';

const presets: LinkOptions = parseSettings({}).settings.links;
const launch = 'ABCDEFGH2345';
const record: Case = {
  desk: 'rt5',
  kind: 'ticket',
  id: '1',
  number: '1',
  asset: 'ASSET 204',
  fields: { Site: 'Köln' },
};
const pasted = (link: string): Target => ({ id: 't', name: 'T', group: 'contact', link });
const user = pasted('worklink://resource?action=fetch_user&user=497');

function made(target: Target, of: Case = record, options: LinkOptions = presets, without: 'case_id'[] = []): Link {
  const link = linkOf(target, of, options, launch, without);
  if ('refused' in link) throw new Error(link.refused);
  return link;
}

/** Any text that a page or an address can hold, and those that break naive encoders more often. */
const nasty = fc.constantFrom(
  '&user=evil',
  '%00',
  '%',
  '+',
  'a b',
  '"\'<>',
  '\u202eabc',
  '\ud800',
  '\udc00x',
  '#',
  '=',
  ':',
  '🛠️',
);
const anyText = (most: number) =>
  fc
    .array(fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }), nasty), {
      minLength: 1,
      maxLength: most,
    })
    .map((parts) => parts.join(''));
const cases: fc.Arbitrary<Case> = fc
  .record({
    desk: fc.stringMatching(/^[a-z0-9-]{1,24}$/),
    kind: anyText(3).map((text) => text.replaceAll(':', ';')),
    id: anyText(10),
    number: fc.option(anyText(10), { nil: undefined }),
    site: anyText(10),
  })
  .map(({ desk, kind, id, number, site }) => ({
    desk,
    kind,
    id,
    ...(number === undefined ? {} : { number }),
    fields: { Site: site },
  }));
const bases = fc.constantFrom(
  'worklink://resource?action=fetch_user&user=497',
  'worklink://resource?action=fetch_catalog&catalog=123456#top',
  `https://getworklink.com/deferred?deep_link=${encode('worklink://resource?action=fetch_user&user=4%2097')}&x=1`,
);

describe('any case comes back from its link', () => {
  const options = { ...presets, external: { site: 'SITE' } };

  test('from the link for the app and from the one for phones', () => {
    fc.assert(
      fc.property(cases, bases, (of, base) => {
        const link = made(pasted(base), of, options);
        for (const text of [link.app, link.phone]) {
          const told = readLink(text ?? '');
          expect(told?.number).toBe((of.number ?? of.id).toWellFormed());
          expect(told?.desk).toBe(of.desk);
          expect(told?.kind).toBe(of.kind.toWellFormed());
          expect(told?.id).toBe(of.id.toWellFormed());
          expect(told?.launchId).toBe(launch);
          expect(told?.data.site).toEqual([of.fields.Site?.slice(0, 120).toWellFormed()]);
          expect(told?.action).toMatch(/^fetch_/);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('no value can add a parameter, end the query or need guessing', () => {
    fc.assert(
      fc.property(cases, (of) => {
        const { app, phone } = made(user, of, options);
        expect(app).toMatch(/^worklink:\/\/resource\?action=fetch_user&user=497(&\w+=(%[0-9A-F]{2}|[\w.~-])*){5}$/);
        expect(phone).toMatch(/^https:\/\/getworklink\.com\/deferred\?deep_link=(%[0-9A-F]{2}|[\w.~-])*$/);
        // Two independent readers agree.
        const params = new URL(app ?? '').searchParams;
        expect(params.get('work_order_id')).toBe((of.number ?? of.id).toWellFormed());
        expect(params.getAll('user')).toEqual(['497']);
        expect(new URL(phone ?? '').searchParams.get('deep_link')).toBe(app);
      }),
      { numRuns: 300 },
    );
  });
});

test('a case is written as the contract has it', () => {
  expect(made(user, { ...record, id: 'a b', number: 'INC 7&8' })).toEqual({
    app: 'worklink://resource?action=fetch_user&user=497&work_order_id=INC%207%268&case_id=ticket%3Aa%20b&desk=rt5&launch_id=ABCDEFGH2345',
    phone:
      'https://getworklink.com/deferred?deep_link=worklink%3A%2F%2Fresource%3Faction%3Dfetch_user%26user%3D497%26work_order_id%3DINC%25207%25268%26case_id%3Dticket%253Aa%2520b%26desk%3Drt5%26launch_id%3DABCDEFGH2345',
  });
});

describe('a link copied from the CMS', () => {
  test('keeps what it has, in its place, and its fragment', () => {
    const { app } = made(pasted('worklink://resource?action=fetch_user&user=497&site=K%C3%B6ln+1#part'));
    expect(app).toMatch(
      /^worklink:\/\/resource\?action=fetch_user&user=497&site=K%C3%B6ln\+1&work_order_id=1&.*#part$/,
    );
  });

  test('loses parameters that are ours: they are of another case', () => {
    const old =
      'worklink://resource?work_order_id=9&case_id=x:9&desk=old&launch_id=ZZZZZZZZZZZZ&user=497&equipment_id=9';
    const { app } = made(pasted(old), record, { ...presets, external: { equipment_id: 'asset' } });
    expect(readLink(app ?? '')?.data).toEqual({
      user: ['497'],
      work_order_id: ['1'],
      case_id: ['ticket:1'],
      desk: ['rt5'],
      launch_id: [launch],
      equipment_id: ['ASSET 204'],
    });
  });

  test('loses its own case_id also where ours is left out for a smaller code', () => {
    const { app } = made(pasted('worklink://resource?case_id=x:9&user=497'), record, presets, ['case_id']);
    expect(readLink(app ?? '')).toMatchObject({ number: '1', launchId: launch });
    expect(app).not.toContain('case_id');
  });

  test('may have no query at all', () => {
    expect(made(pasted('worklink://resource')).app).toMatch(/^worklink:\/\/resource\?work_order_id=1&/);
  });

  test('may be https without an inner link: then it is the link for phones', () => {
    const link = made(pasted('https://getworklink.com/c/42?lang=de#x'));
    expect(link.app).toBeNull();
    expect(link.phone).toMatch(/^https:\/\/getworklink\.com\/c\/42\?lang=de&work_order_id=1&.*#x$/);
  });

  test('carries external data inside its deep_link', () => {
    const { phone } = made(pasted(`https://getworklink.com/deferred?a=1&deep_link=${encode(user.link ?? '')}&b=2#f`));
    const url = new URL(phone ?? '');
    expect([...url.searchParams.keys()]).toEqual(['a', 'deep_link', 'b']);
    expect(url.hash).toBe('#f');
    expect(url.searchParams.get('deep_link')).toBe(made(user).app);
  });
});

describe('templates', () => {
  const target = (kind: Target['kind']): Target => ({ id: 't', name: 'T', group: 'catalog', kind, value: 'a/b c=' });

  test.each(targetKinds)('%s', (kind) => {
    const params = new URL(made(target(kind)).app ?? '').searchParams;
    const [, [name, value] = []] = [...params];
    expect(params.get('action')).toMatch(/^fetch_/);
    if (kind === 'contact_list') expect(name).toBe('work_order_id');
    else expect(value).toBe('a/b c=');
  });

  test('the literal one of the vendor', () => {
    expect(made({ ...target('catalog'), value: '123456' }).app).toMatch(
      /^worklink:\/\/resource\?action=fetch_catalog&catalog=123456&/,
    );
  });

  test('a catalog by asset takes the asset of the case, or says that there is none', () => {
    const byAsset: Target = { id: 't', name: 'T', group: 'catalog', kind: 'asset', field: 'Asset' };
    expect(made(byAsset).app).toContain('fetch_catalog&asset=ASSET%20204&');
    const { asset: _, ...bare } = record;
    expect(linkOf(byAsset, bare, presets, launch)).toMatchObject({ refused: 'empty-field' });
  });

  test('a template of the admin is checked like any link', () => {
    const templates = { ...presets.templates, user: 'javascript:alert({id})' };
    expect(linkOf(target('user'), record, { ...presets, templates }, launch)).toMatchObject({ refused: 'not-allowed' });
  });
});

test('without phones there is no wrapper', () => {
  expect(made(user, record, { ...presets, deferred: null }).phone).toBeNull();
});

test('a case without its number is called by its id', () => {
  const { number: _, ...unnumbered } = record;
  expect(readLink(made(user, unnumbered).app ?? '')).toMatchObject({ number: '1', id: '1' });
});

test('a number that somebody typed is a case without an id', () => {
  const told = readLink(made(user, { ...record, id: '', kind: '' }).app ?? '');
  expect(told).toMatchObject({ number: '1', desk: 'rt5', launchId: launch });
  expect(told?.data).not.toHaveProperty('case_id');
});

test('what cannot be found again gets no link', () => {
  for (const bad of [{ id: '', number: '' }, { kind: '' }, { desk: '' }, { kind: 'a:b' }])
    expect(linkOf(user, { ...record, ...bad }, presets, launch)).toMatchObject({ refused: 'no-id' });
});

test('external data takes at most 120 characters', () => {
  const { app } = made(
    user,
    { ...record, fields: { Site: 'x'.repeat(500) } },
    { ...presets, external: { site: 'Site' } },
  );
  expect(readLink(app ?? '')?.data).toMatchObject({ user: ['497'], launch_id: [launch], site: ['x'.repeat(120)] });
});

test.each(['User', 'launch_id', 'work_order_id', 'Action', 'deep_link', 'token'])(
  'external data takes no reserved name: %s never gets as far as a link',
  (name) => {
    const { settings, problems } = parseSettings({ links: { external: { [name]: 'Site', site: 'Site' } } });
    expect(settings.links.external).toEqual({ site: 'Site' });
    expect(problems).toHaveLength(1);
  },
);

describe('which links may be offered', () => {
  const hosts = ['getworklink.com'];
  const inner = (link: string) => `https://getworklink.com/deferred?deep_link=${encodeURIComponent(link)}`;

  test.each([
    'worklink://resource?action=fetch_user&user=497',
    'WorkLink://resource',
    'https://getworklink.com/deferred',
    'https://GETWORKLINK.com/x',
    'https://getworklink.com:443/x',
    inner('worklink://resource?action=fetch_user'),
  ])('%s', (link) => expect(linkFault(link, hosts)).toBeNull());

  test.each([
    '',
    'javascript:alert(1)',
    'JAVASCRIPT:alert(1)',
    'java\tscript:alert(1)',
    ' javascript:alert(1)',
    '\u0000worklink://resource',
    'worklink://resource?a=b c',
    'work\nlink://resource',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://getworklink.com/x',
    'worklink:resource',
    'worklink:///resource',
    'worklink:javascript:alert(1)',
    'http://getworklink.com/x',
    '//getworklink.com/x',
    'https:getworklink.com',
    'https://getworklink.com.evil.example/x',
    'https://evil.example/getworklink.com',
    'https://getworklink.com@evil.example/',
    'https://user@getworklink.com/',
    'https://user:word@getworklink.com/',
    'https://getworklink.com:8443/',
    'https://getworklink.com\\@evil.example/',
    'https://',
    inner('javascript:alert(1)'),
    inner('https://getworklink.com/'),
    inner(''),
    inner('worklink://resource?user=4 97'),
    inner(inner('worklink://resource')),
    // Read in two ways, one of them hostile:
    'https://getworklink.com/deferred?deep%5Flink=javascript:alert(1)',
    'https://getworklink.com/deferred?deep%5Flink=worklink://resource&deep_link=javascript:alert(1)',
  ])('not %j', (link) => {
    expect(linkFault(link, hosts)).not.toBeNull();
    expect(linkOf(pasted(link), record, presets, launch)).toMatchObject({ refused: 'not-allowed' });
  });

  // A path or a fragment that looks like the parameter is not the parameter.
  test.each([
    'https://getworklink.com/&deep_link=javascript:alert(1)?deep_link=worklink://resource',
    'https://getworklink.com/x#?deep_link=javascript:alert(1)',
    'https://getworklink.com/x#&deep_link=javascript:alert(1)',
  ])('the app never gets more than an inner WorkLink link: %s', (link) => {
    const { app, phone } = made(pasted(link));
    expect(app ?? 'worklink://').toMatch(/^worklink:\/\//);
    expect(phone).toMatch(/^https:\/\/getworklink\.com\//);
  });

  test('the admin may name other hosts', () => {
    expect(linkFault('https://call.example/x', ['call.example'])).toBeNull();
    expect(linkFault('worklink://resource', hosts, 'https')).not.toBeNull();
  });
});

describe('external data as WorkLink gives it back', () => {
  const flat = { work_order_id: 'INC-7', case_id: 'incident:a:b', desk: 'snow', launch_id: launch };
  const told = { number: 'INC-7', kind: 'incident', id: 'a:b', desk: 'snow', launchId: launch };

  test.each<[string, unknown]>([
    ['an object', flat],
    ['its JSON text', JSON.stringify(flat)],
    ['a list of keys and values', Object.entries(flat).map(([key, value]) => ({ key, value }))],
    ['a list as JSON text', JSON.stringify(Object.entries(flat).map(([key, value]) => ({ key, value })))],
    ['a list of objects', Object.entries(flat).map(([key, value]) => ({ [key]: value }))],
    ['lists of one value', Object.fromEntries(Object.entries(flat).map(([key, value]) => [key, [value]]))],
    [
      'lists that say a thing twice',
      Object.fromEntries(Object.entries(flat).map(([key, value]) => [key, [value, value]])),
    ],
    ['keys with empty brackets', Object.fromEntries(Object.entries(flat).map(([key, value]) => [`${key}[]`, value]))],
    [
      'among other things',
      { ...flat, action: 'fetch_user', user: 497, nothing: null, part: { no: [1, { deep: true }] } },
    ],
  ])('%s', (_, raw) => expect(readExternal(raw)).toMatchObject(told));

  test('numbers are text, nested keys are spelt with brackets, null says nothing', () => {
    const raw = { work_order_id: 7, parts: ['a', 'b'], a: { b: { c: 1 }, d: null }, 'e[f]': 'x', none: null };
    expect(readExternal(raw)).toEqual({
      number: '7',
      data: { work_order_id: ['7'], parts: ['a', 'b'], 'a[b][c]': ['1'], 'e[f]': ['x'] },
    });
  });

  test('values that contradict each other are no identity', () => {
    const raw = {
      work_order_id: ['1', '2'],
      case_id: ['a:1', 'a:2'],
      desk: ['x', 'y'],
      launch_id: [launch, 'ABCDEFGH2346'],
    };
    expect(readExternal(raw)).toEqual({ data: raw });
    const pairs = [
      { key: 'case_id', value: 'a:1' },
      { key: 'case_id', value: 'a:2' },
    ];
    expect(readExternal(pairs)).not.toHaveProperty('id');
  });

  test('what is not of our shape is no identity', () => {
    const raw = { case_id: 'nokind', desk: 'Not A Key', launch_id: 'ABCDEFGH0189', work_order_id: '' };
    expect(Object.keys(readExternal(raw))).toEqual(['data']);
  });

  test.each([null, undefined, '', 'no json', '5', 'null', 7, true, [], {}, [null, 1, 'x', { key: 1 }]])(
    '%j says nothing',
    (raw) => {
      const { data: _, ...identity } = readExternal(raw);
      expect(identity).toEqual({});
    },
  );

  test('a forged prototype is data like any other', () => {
    const { data } = readExternal('{"__proto__":{"id":"x"},"constructor":"y"}');
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
    expect(data).toMatchObject({ '__proto__[id]': ['x'], constructor: ['y'] });
  });

  test('anything that JSON can hold is read without throwing', () => {
    fc.assert(fc.property(fc.jsonValue(), (raw) => void readExternal(raw)));
  });
});

test('only links of WorkLink are read', () => {
  expect(readLink('mailto:x')).toBeNull();
  expect(readLink('https://getworklink.com/deferred?deep_link=javascript%3Ax')).toBeNull();
  expect(readLink('worklink://resource?action=fetch_user&name=a+b%20c')?.data.name).toEqual(['a b c']);
});

test('a launch id is 12 of A–Z and 2–7, and a new one each time', () => {
  const ids = Array.from({ length: 2000 }, newLaunchId);
  for (const id of ids) expect(id).toMatch(/^[A-Z2-7]{12}$/);
  expect(new Set(ids).size).toBe(2000);
  expect(new Set(ids.join('')).size).toBe(32);
});
