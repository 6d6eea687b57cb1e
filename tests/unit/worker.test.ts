import { locks } from 'node:worker_threads';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import jsqr from 'jsqr';
import { fakeBrowser } from 'wxt/testing/fake-browser';
import { answer } from '../../lib/browser/worker.ts';
import type { Code, Codes } from '../../lib/model.ts';
import { readLink } from '../../lib/worklink.ts';

const stored = vi.hoisted(() => new Map<string, unknown>());
vi.mock('idb-keyval', () => ({
  get: async (key: string) => stored.get(key),
  set: async (key: string, value: unknown) => void stored.set(key, value),
}));

// The document's window has none; a code that is asked for is noted under one.
Object.defineProperty(navigator, 'locks', { value: locks, configurable: true });

const origin = 'https://rt.example';
const url = `${origin}/Ticket/Display.html?id=12`;
const sender = { id: fakeBrowser.runtime.id, origin, url, tab: { id: 3 }, frameId: 0 } as Parameters<typeof answer>[1];
const ask = {
  type: 'qr',
  url,
  target: 'dana',
  launchId: 'ABCDEFGH2345',
  chosen: false,
  record: { kind: 'ticket', id: '12', number: '12', fields: { asset: 'A-1', Site: 'Plant 7' } },
};
const settings = {
  desks: [
    { key: 'rt5', product: 'request-tracker', origins: [origin] },
    { key: 'rt4', product: 'request-tracker', origins: ['https://other.example'] },
    { key: 'page', product: 'marked', origins: ['https://marked.example'] },
    { key: 'snow', product: 'servicenow', origins: ['https://acme.service-now.com'] },
    { key: 'off', product: 'marked', origins: ['https://off.example'], on: false },
  ],
  contacts: [
    { id: 'dana', name: 'Dana', link: 'worklink://resource?action=fetch_user&user=497' },
    { id: 'liu', name: 'Liu', kind: 'user', value: '512' },
  ],
  catalogs: [{ id: 'manuals', name: 'Manuals', kind: 'asset', field: 'asset' }],
  rules: [{ id: 'a', offer: ['dana', 'manuals'] }],
  links: { external: { site: 'Site' } },
};
beforeEach(() => {
  fakeBrowser.reset();
  stored.clear();
  stored.set('settings', settings);
});

/** Reads the picture of a code. */
function decoded({ path, size }: Code): string {
  const side = size * 4;
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)/g))
    for (let row = 0; row < 4; row++) {
      const start = ((Number(y) * 4 + row) * side + Number(x) * 4) * 4;
      data.fill(0, start, start + Number(width) * 16);
      for (let at = start + 3; at < start + Number(width) * 16; at += 4) data[at] = 255;
    }
  return jsqr(data, side, side)?.data ?? '';
}

async function codes(change: object = {}): Promise<{ app: Code; phone: Code }> {
  const found = (await answer({ ...ask, ...change }, sender)) as Codes;
  if ('error' in found || !found.app || !found.phone) throw new Error(JSON.stringify(found));
  return { app: found.app, phone: found.phone };
}
const refused = async (message: unknown, from: object = {}) =>
  ((await answer(message, { ...sender, ...from })) as { error?: string }).error ?? null;

describe('a code', () => {
  test('is of the link of this case and this target, for headsets and for phones', async () => {
    const { app, phone } = await codes();
    expect(decoded(app)).toBe(app.link);
    expect(decoded(phone)).toBe(phone.link);
    for (const { link } of [app, phone])
      expect(readLink(link)).toMatchObject({
        number: '12',
        kind: 'ticket',
        id: '12',
        desk: 'rt5',
        launchId: 'ABCDEFGH2345',
        data: { user: ['497'], site: ['Plant 7'] },
      });
    expect(app.link).toMatch(/^worklink:/);
    expect(phone.link).toMatch(/^https:\/\/getworklink\.com\//);
  });

  test('may be of a target that only a row of a table names', async () => {
    expect(readLink((await codes({ target: 'liu' })).app.link)?.data.user).toEqual(['512']);
  });

  test('takes the catalog from the case’s asset', async () => {
    expect(readLink((await codes({ target: 'manuals' })).app.link)?.data.asset).toEqual(['A-1']);
    expect(await refused({ ...ask, target: 'manuals', record: { ...ask.record, fields: {} } })).toBe(
      'refused_empty_field',
    );
  });

  test('leaves case_id out where headsets could not read it, never launch_id', async () => {
    const { app, phone } = await codes({ record: { ...ask.record, fields: { Site: 'x'.repeat(100) } } });
    expect(app).not.toHaveProperty('without');
    expect(phone.without).toBe('case_id');
    const told = readLink(decoded(phone));
    expect(told).not.toHaveProperty('id');
    expect(told).toMatchObject({ number: '12', desk: 'rt5', launchId: 'ABCDEFGH2345' });
  });

  test('takes number, kind and id from the address, whatever the page says of its number', async () => {
    const record = { ...ask.record, number: '666', fields: { desk: 'evil', number: '666' } };
    expect(readLink((await codes({ record })).app.link)).toMatchObject({ number: '12', id: '12', desk: 'rt5' });
  });

  test('is of the record that the page shows where the person has chosen that', async () => {
    const record = { ...ask.record, id: '13', number: '13' };
    expect(readLink((await codes({ chosen: true, record })).app.link)).toMatchObject({
      number: '13',
      id: '13',
      desk: 'rt5',
    });
    const error = 'page_changed';
    expect(await refused({ ...ask, chosen: true, record: { ...record, kind: 'asset' } })).toBe(error);
    expect(await refused({ ...ask, chosen: true, record, url: `${origin}/Search/` })).toBe(error);
  });

  test('of a marked page believes the page, which alone knows', async () => {
    const at = 'https://marked.example';
    const record = { kind: 'task', id: '77', number: 'T-77', fields: {} };
    const found = (await answer({ ...ask, url: `${at}/x`, record }, { ...sender, origin: at, url: `${at}/x` })) as {
      app: Code;
    };
    expect(readLink(found.app.link)).toMatchObject({ number: 'T-77', kind: 'task', id: '77', desk: 'page' });
  });
});

describe('a code for an address that names the number alone', () => {
  const at = 'https://acme.service-now.com';
  const from = { ...sender, origin: at, url: at };
  const record = { kind: 'incident', id: 'a'.repeat(32), number: 'INC0010042', fields: {} };
  const byNumber = { ...ask, url: `${at}/incident.do?sysparm_query=number%3DINC0010042`, record };

  test('takes the id from the page that shows that number', async () => {
    const found = (await answer(byNumber, from)) as { app: Code };
    expect(readLink(found.app.link)).toMatchObject({
      desk: 'snow',
      kind: 'incident',
      id: record.id,
      number: 'INC0010042',
    });
  });

  test.each<[string, object]>([
    ['another number', { record: { ...record, number: 'INC0010043' } }],
    ['another table', { record: { ...record, kind: 'problem' } }],
    ['an id in the address', { url: `${at}/incident.do?sys_id=${'b'.repeat(32)}` }],
  ])('is refused for %s', async (_, change) => {
    expect(await refused({ ...byNumber, ...change }, from)).toBe('page_changed');
  });
});

describe('refused', () => {
  test.each<[string, object]>([
    ['another extension', { id: 'another' }],
    ['nobody', { id: undefined }],
  ])('%s', async (_, from) => expect(await refused(ask, from)).toBe('not from Deskcall'));

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'qr'],
    ['another kind', { type: 'launch' }],
    ['more than is asked for', { ...ask, host: 'https://evil.example' }],
    ['more in the record', { ...ask, record: { ...ask.record, desk: 'rt4' } }],
    ['a launch id of another shape', { ...ask, launchId: 'abcdefgh2345' }],
    ['no id', { ...ask, record: { ...ask.record, id: '' } }],
    ['fields that are no text', { ...ask, record: { ...ask.record, fields: { a: {} } } }],
    ['an address that is too long', { ...ask, url: `${url}&x=${'x'.repeat(5000)}` }],
  ])('a message that is %s', async (_, message) => expect(await refused(message)).toBe('not a message of Deskcall'));

  test.each<[string, object, object, string]>([
    [
      'an address of another desk',
      { url: url.replace('rt.', 'other.') },
      {},
      'the address is not that of the page that asks',
    ],
    ['an address that is none', { url: 'x' }, {}, 'the address is not that of the page that asks'],
    ['a page of no desk', { url: 'https://evil.example/' }, { origin: 'https://evil.example' }, 'err_no_desk'],
    ['a desk that is off', { url: 'https://off.example/' }, { origin: 'https://off.example' }, 'err_no_desk'],
    ['a page without an origin', {}, { origin: undefined, url: undefined }, 'err_no_desk'],
    ['a sandboxed page', {}, { origin: 'null' }, 'err_no_desk'],
    ['an id that the address does not name', { record: { ...ask.record, id: '13' } }, {}, 'page_changed'],
    ['a kind that the address does not name', { record: { ...ask.record, kind: 'asset' } }, {}, 'page_changed'],
    ['an address that names no case', { url: `${origin}/Search/` }, {}, 'page_changed'],
    ['an unknown target', { target: 'gone' }, {}, 'err_no_target'],
  ])('%s', async (_, change, from, error) => expect(await refused({ ...ask, ...change }, from)).toBe(error));

  test('an answer is an error, never an exception', async () => {
    stored.set('settings', { ...settings, links: { external: {} } });
    vi.spyOn(stored, 'get').mockImplementationOnce(() => {
      throw new Error('storage is broken');
    });
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    expect(await refused(ask)).toBe('err_no_answer');
    expect(said).toHaveBeenCalledOnce();
  });
});

test('what an opened panel needs goes to the frame that asks, and to no page without a desk', async () => {
  const executeScript = vi.fn(async () => []);
  Object.assign(fakeBrowser, { scripting: { executeScript } });
  expect(await refused({ type: 'open' }, { origin: 'https://evil.example' })).not.toBeNull();
  expect(executeScript).not.toHaveBeenCalled();
  expect(await answer({ type: 'open' }, sender)).toEqual({});
  expect(executeScript).toHaveBeenCalledWith({ target: { tabId: 3, frameIds: [0] }, files: ['/later.js'] });
});

describe('a pop', () => {
  const pops = [
    { id: 'intake', name: 'Intake', campaign: 'C' },
    { id: 'other', name: 'Other', campaign: 'C' },
  ];
  const { type: _type, target: _target, launchId: _launchId, ...about } = ask;
  const pop = { ...about, type: 'pop', pop: 'intake', how: 'send', sure: false };
  beforeEach(() => {
    stored.set('settings', { ...settings, rules: [{ id: 'a', offer: ['dana', 'intake'] }], awaken: { pops } });
    Object.assign(fakeBrowser, { permissions: { getAll: async () => ({ origins: [] }) } });
  });

  test('says what it would send for this case, of those that a rule offers', async () => {
    const found = (await answer({ ...about, type: 'pops' }, sender)) as { pops: { id: string; plan: object }[] };
    expect(found.pops).toMatchObject([
      { id: 'intake', plan: { reference: 'rt5:12', campaign: 'C', faults: ['service', 'me'] }, history: [] },
    ]);
  });

  test.each<[string, object, string]>([
    ['that no rule offers for the case', { pop: 'other' }, 'err_no_target'],
    ['that is none', { pop: 'dana' }, 'err_no_target'],
    ['for an id that the address does not name', { record: { ...ask.record, id: '13' } }, 'page_changed'],
    ['with a user', { username: 'Sam' }, 'not a message of Deskcall'],
    ['with data of its own', { data: { a: 'b' } }, 'not a message of Deskcall'],
    ['in another way', { how: 'again' }, 'not a message of Deskcall'],
    ['with a launch id that is none', { launch: 'x' }, 'not a message of Deskcall'],
  ])('%s is refused', async (_, change, error) => expect(await refused({ ...pop, ...change })).toBe(error));

  test('is asked for by the popup, also on a page that is not allowed; by nobody else there', async () => {
    const popup = { origin: new URL(fakeBrowser.runtime.getURL('/')).origin, url: fakeBrowser.runtime.getURL('/') };
    const elsewhere = { ...about, url: url.replace(origin, 'https://other.example') };
    expect(await answer({ ...elsewhere, type: 'pops' }, { ...sender, ...popup })).toMatchObject({
      pops: [{ id: 'intake', plan: { reference: 'rt4:12' } }],
    });
    expect(await refused({ ...elsewhere, type: 'pops' })).not.toBeNull();
    expect(await refused({ ...ask }, popup)).toBe('err_no_desk');
    const nowhere = { ...about, url: 'https://nowhere.example/Ticket/Display.html?id=12' };
    expect(await refused({ ...nowhere, type: 'pops' }, popup)).toBe('err_no_desk');
  });

  test('has no link and no code', async () => {
    expect(await refused({ ...ask, target: 'intake' })).toBe('refused_not_allowed');
  });
});
