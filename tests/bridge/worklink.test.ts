/** How WorkLink is asked: by its schema, page by page, at its own origin only, and not faster than it can bear. */
import { afterEach, describe, expect, test } from 'vitest';
import { factsOf } from '../../bridge/note.ts';
import { makeWorkLink, type Found } from '../../bridge/worklink.ts';
import { serveCms, type CmsServer } from '../../sandbox/worklink.ts';
import type { Variant } from '../../sandbox/worklink-schemas.ts';

const pace = { timeout: 5, retry: 0.1, longestRetry: 1 };
const opened: CmsServer[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((cms) => cms.close()));
});
async function serve(variant: Variant = 'today') {
  const cms = await serveCms({ variant });
  opened.push(cms);
  const config = { url: cms.url, token: cms.token, headers: {}, requestsPerSecond: 1000 };
  return { cms, config, worklink: makeWorkLink(config, pace) };
}

describe('how WorkLink is asked', () => {
  test('with Token, then with Bearer, then with what was right; with permalink and further headers', async () => {
    const { cms, config } = await serve();
    cms.scheme = 'Bearer';
    const session = cms.add({});
    const worklink = makeWorkLink({ ...config, permalink: 'acme', headers: { PrivateAccessCode: 'code' } }, pace);
    expect(await worklink.read(session.id)).toMatchObject({ type: 'Call' });
    expect(cms.requests[0]?.headers.authorization).toMatch(/^Token token=/);
    for (const request of cms.requests.slice(1)) {
      expect(request.headers.authorization).toMatch(/^Bearer token=/);
      expect(request.url).toContain('permalink=acme');
      expect(request.headers.privateaccesscode).toBe('code');
    }
    // It has looked once what there is.
    const before = cms.requests.length;
    await worklink.read(session.id);
    expect(cms.requests.length).toBe(before + 1);
  });

  test('not faster than it may', async () => {
    const { cms, config } = await serve();
    const slept: number[] = [];
    const worklink = makeWorkLink(
      { ...config, requestsPerSecond: 2 },
      {
        ...pace,
        sleep: (ms) => {
          slept.push(ms);
          return Promise.resolve();
        },
      },
    );
    await worklink.find('launch_id', 'AAAAAAAAAAA2');
    // One goes at once, each further one half a second after the one before it.
    expect(slept).toHaveLength(cms.requests.length - 1);
    expect(slept.at(-1)).toBeGreaterThan((cms.requests.length - 2) * 500 - 400);
  });

  test('a wrong token is told as such', async () => {
    const { cms, config } = await serve();
    const worklink = makeWorkLink({ ...config, token: 'wrong' }, pace);
    expect(await worklink.read('x')).toMatchObject({ trouble: 'refused' });
    // §3.1: both forms were tried; now it is left alone for a while, and whoever asks is told how long.
    expect(cms.requests).toHaveLength(2);
    expect(await worklink.read('x')).toMatchObject({ trouble: 'refused', paused: true, after: expect.any(Number) });
    expect(cms.requests).toHaveLength(2);
  });

  test('not at all while it asked to wait: §3.3 "back-off on 429/5xx"', async () => {
    const { cms, worklink } = await serve();
    const { id } = cms.add({});
    await worklink.read(id);
    cms.on('throttled');
    expect(await worklink.read(id)).toMatchObject({ trouble: 'passing', after: 1 });
    const before = cms.requests.length;
    expect(await worklink.read(id)).toMatchObject({ paused: true });
    expect(cms.requests).toHaveLength(before);
  });

  test('one failure is an accident; after several in a row it is left alone for a while', async () => {
    const { cms, config } = await serve();
    const { id } = cms.add({});
    const worklink = makeWorkLink(config, { ...pace, retry: 60, longestRetry: 3600 });
    await worklink.read(id);
    cms.on('down', 2);
    await worklink.read(id);
    await worklink.read(id);
    expect(await worklink.read(id)).toMatchObject({ type: 'Call' });
    cms.on('down', 3);
    await worklink.read(id);
    await worklink.read(id);
    await worklink.read(id);
    expect(await worklink.read(id)).toMatchObject({ paused: true });
  });
});

describe.each<Variant>(['today', 'old', 'offset'])('lists in the schema of %s', (variant) => {
  test('every session is on some page, §3.3 "after", §5 #15 "AfterIndex"', async () => {
    const { cms, worklink } = await serve(variant);
    const ids = Array.from({ length: 230 }, () => cms.add({ type: 'ScenarioSession' }).id);
    const got = new Set<string>();
    let cursor: string | undefined;
    let pages = 0;
    do {
      // oxlint-disable-next-line no-await-in-loop -- each page names the next
      const page = await worklink.page('scenarioSessions', cursor);
      if ('trouble' in page) throw new Error(page.why);
      for (const { id } of page.nodes) got.add(id);
      cursor = page.next;
      pages += 1;
    } while (cursor !== undefined);
    expect(got).toEqual(new Set(ids));
    // By an offset it is only known after one more that nothing follows.
    expect(pages).toBe(variant === 'offset' ? 4 : 3);
  });

  test('newest first, where the schema can', async () => {
    const { cms, worklink } = await serve(variant);
    const [early, late] = [
      cms.add({ type: 'ScenarioSession', startedAt: '2026-01-01T00:00:00Z', updatedAt: '2026-01-01T00:00:00Z' }),
      cms.add({ type: 'ScenarioSession', startedAt: '2026-02-01T00:00:00Z', updatedAt: '2026-02-01T00:00:00Z' }),
    ];
    const page = await worklink.page('scenarioSessions');
    if ('trouble' in page) throw new Error(page.why);
    expect(page.ordered).toBe({ today: 'updatedAt', old: undefined, offset: 'startedAt' }[variant]);
    const ids = [late.id, early.id];
    expect(page.nodes.map(({ id }) => id)).toEqual(page.ordered ? ids : ids.toReversed());
  });

  test('what the token may not see is left out without a word, §3.3 "silently pruned": an empty list is no end', async () => {
    const { cms, worklink } = await serve(variant);
    cms.add({ type: 'ScenarioSession' });
    cms.on('pruned');
    expect(await worklink.page('scenarioSessions')).toMatchObject({ nodes: [] });
    expect(await worklink.page('scenarioSessions')).toMatchObject({ nodes: [{}] });
  });
});

describe('scenario sessions', () => {
  test('with all of their parts, steps and events, however many pages that is', async () => {
    const { cms, worklink } = await serve();
    const steps = Array.from({ length: 60 }, (_, n) => `Step ${n}`);
    const events = Array.from({ length: 130 }, (_, n) => ({ type: 'photo', photo: n % 2 === 0 }));
    const { id } = cms.add({ type: 'ScenarioSession', steps, events, parts: 2 });
    const { data } = (await worklink.read(id)) as Found;
    const nodes = (name: string) => (data[name] as { nodes: Record<string, unknown>[] }).nodes;
    expect(nodes('completedSteps').map((each) => (each.scenarioStep as { name: string }).name)).toEqual(steps);
    expect(new Set(nodes('events').map((each) => each.id)).size).toBe(130);
    expect(nodes('events').filter(({ photo }) => photo)).toHaveLength(65);
    expect(nodes('parts')).toMatchObject([
      { createdBy: { name: 'Alex Agent' } },
      { createdBy: { name: 'Pat Expert' } },
    ]);
    // What a note says of them.
    expect(factsOf({ type: 'ScenarioSession', data })).toMatchObject({
      people: ['Alex Agent', 'Pat Expert'],
      steps: '60 of 60',
      photos: 65,
    });
    // §4: the addresses of photos run out; until then they are keys.
    expect(JSON.stringify(data)).not.toContain('CANARY');
  });

  test('and by an offset, where there is no cursor', async () => {
    const { cms, worklink } = await serve('offset');
    const events = Array.from({ length: 130 }, (_, n) => ({ type: `t${n}` }));
    const { id } = cms.add({ type: 'ScenarioSession', events });
    const { data } = (await worklink.read(id)) as Found;
    const { nodes } = data.events as { nodes: { type: string }[] };
    expect(nodes.map(({ type }) => type)).toEqual(events.map(({ type }) => type));
  });
});

describe('REST, §3.5 item 4: "GET the hook\'s url only if its origin equals the configured CMS origin"', () => {
  test('gives what GraphQL would, by the names of GraphQL', async () => {
    const { cms, worklink } = await serve();
    const session = cms.add({ externalData: { desk: 'rt' } });
    let url = '';
    const hook = await import('node:http').then(({ createServer }) => createServer);
    const catcher = hook((request, response) => {
      let text = '';
      request.on('data', (data) => (text += String(data)));
      request.on('end', () => {
        url = (JSON.parse(text) as { data: { url: string } }).data.url;
        response.end();
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => catcher.once('listening', resolve));
    const { port } = catcher.address() as { port: number };
    await cms.announce(`http://127.0.0.1:${port}/`, session, 'completed', { generation: 'B' });
    catcher.close();
    expect(await worklink.fetch(url, 'Call')).toEqual({
      type: 'Call',
      data: {
        id: session.id,
        state: 'finished',
        startedAt: session.startedAt,
        endedAt: session.endedAt,
        externalData: { desk: 'rt' },
      },
    });
  });

  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'https://169.254.169.254/latest/meta-data/',
    'http://127.0.0.1:1/api/v3/graphql/object/x',
    'https://cms.scopear.com/api/v3/graphql/object/x',
    'file:///etc/passwd',
    '//127.0.0.1/x',
    'nonsense',
  ])('%s is not asked', async (url) => {
    const { cms, worklink } = await serve();
    expect(await worklink.fetch(url, 'Call')).toMatchObject({
      trouble: 'absent',
      why: expect.stringContaining('not asked'),
    });
    expect(await worklink.fetch(cms.origin.replace('://', '://user:pass@'), null)).toMatchObject({ trouble: 'absent' });
    expect(cms.requests).toEqual([]);
  });

  test('a redirect is not followed', async () => {
    const { createServer } = await import('node:http');
    const asked: (string | undefined)[] = [];
    const http = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(302, { location: '/elsewhere' }).end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => http.once('listening', resolve));
    const origin = `http://127.0.0.1:${(http.address() as { port: number }).port}`;
    const worklink = makeWorkLink({ url: `${origin}/graphql`, token: 'x', headers: {}, requestsPerSecond: 100 }, pace);
    expect(await worklink.fetch(`${origin}/object/1`, null)).toMatchObject({ trouble: 'passing' });
    expect(asked).toEqual(['/object/1']);
    http.close();
  });
});
