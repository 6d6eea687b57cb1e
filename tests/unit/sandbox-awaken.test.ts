// @vitest-environment node
/** Sandbox's Awaken misbehaves as the contract says; awaken-and-serviceoptimizer.md, the line with each test. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { messageKeys, serveAwaken, switches, type AwakenServer, type Switch } from '../../sandbox/awaken.ts';

let time = 0;
let server: AwakenServer;
beforeEach(async () => {
  time = 1_000_000;
  server = await serveAwaken({ now: () => time });
});
afterEach(() => server.close());

const basic = (password = server.password) => `Basic ${Buffer.from(`${server.user}:${password}`).toString('base64')}`;
const auth = (authorization = basic(), signal?: AbortSignal) =>
  fetch(server.authUrl, { headers: { authorization }, ...(signal ? { signal } : {}) });
type Answered = {
  Success: boolean;
  message?: string;
  Result: Record<string, unknown>;
};
const read = async (response: Response) => (await response.json()) as Answered;
const token = async () => String((await read(await auth())).Result.IdToken);
const wanted = (more: object = {}) => ({
  SystemId: server.systemId,
  Username: 'James.Collins',
  Campaign: 'Pump intake',
  Reference: 'demo:1',
  ScriptData: { 'Contact Name': 'Amelia Marsh' },
  ...more,
});
const pop = async (body: unknown = wanted(), by?: string) =>
  fetch(server.popUrl, {
    method: 'POST',
    redirect: 'manual',
    headers: { authorization: `Bearer ${by ?? (await token())}`, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const desktop = async (user: string) => (await fetch(server.desktop(user))).text();

describe('kindly', () => {
  test('gives three tokens for an hour, by the sample of §1.3', async () => {
    const answer = await read(await auth());
    expect(answer).toMatchObject({ Success: true, Version: '2019-10' });
    expect(answer.Result).toMatchObject({ Authenticated: true, ExpiresIn: 3600, User: { Status: 'CONFIRMED' } });
    for (const name of ['IdToken', 'AccessToken', 'RefreshToken']) expect(answer.Result[name]).toMatch(/^eyJ/);
  });

  test('opens what is popped, with its data, on that agent’s desktop (§1.4)', async () => {
    expect(await read(await pop())).toEqual({ Success: true, Result: {}, Version: '2019-10' });
    expect(server.agents.get('James.Collins')?.open).toEqual({
      campaign: 'Pump intake',
      reference: 'demo:1',
      data: { 'Contact Name': 'Amelia Marsh' },
    });
    const page = await desktop('James.Collins');
    for (const text of ['Pump intake', 'demo:1', 'Contact Name', 'Amelia Marsh']) expect(page).toContain(text);
    expect(await desktop('Sam.Okoro')).toContain('No workflow is open');
  });

  test('takes hostile data for text', async () => {
    await pop(wanted({ ScriptData: { a: '<script>alert(1)</script>' } }));
    expect(await desktop('James.Collins')).not.toContain('<script>alert');
  });
});

/** The request arrives, and nothing comes back until whoever asked gives up. */
async function held(kind: 'auth' | 'pop', ask: (signal: AbortSignal) => Promise<Response>): Promise<void> {
  const over = new AbortController();
  const asked = ask(over.signal);
  await vi.waitFor(() => expect(server.counts[kind]).toBe(1));
  over.abort();
  await expect(asked).rejects.toThrow(/abort/i);
}

/** One test for each switch: with it, it misbehaves as said. */
const misbehaves: Record<Switch, () => Promise<void>> = {
  'short-token': async () => {
    const answer = await read(await auth());
    expect(answer.Result.ExpiresIn).toBe(2);
    time += 2000;
    expect((await pop(wanted(), String(answer.Result.IdToken))).status).toBe(401);
  },
  'no-expiry': async () => expect((await read(await auth())).Result).not.toHaveProperty('ExpiresIn'),
  'not-authenticated': async () =>
    expect(await read(await auth())).toMatchObject({ Success: true, Result: { Authenticated: false } }),
  'auth-failed': async () => {
    const response = await auth();
    expect([response.status, (await read(response)).Success]).toEqual([200, false]);
  },
  'reset-required': async () =>
    expect((await read(await auth())).Result.User).toMatchObject({ Status: 'RESET_REQUIRED' }),
  'auth-html': async () => {
    const response = await auth();
    expect([response.status, response.headers.get('content-type')]).toEqual([502, 'text/html; charset=utf-8']);
  },
  'auth-slow': async () => {
    await held('auth', (signal) => auth(basic(), signal));
  },
  'auth-throttled': async () => {
    const response = await auth();
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '1']);
  },
  'auth-gone': async () => expect((await auth()).status).toBe(404),
  'pop-expired': async () => {
    const given = await token();
    expect((await pop(wanted(), given)).status).toBe(401);
    server.off();
    // It stays so.
    expect((await pop(wanted(), given)).status).toBe(401);
  },
  'pop-forbidden': async () => expect((await pop()).status).toBe(403),
  'pop-no-path': async () => {
    const response = await pop();
    expect([response.status, (await read(response)).message]).toEqual([403, 'Missing Authentication Token']);
  },
  'pop-failed': async () => {
    for (const key of messageKeys) {
      server.messageKey = key;
      const response = await pop();
      const answer = (await response.json()) as Record<string, unknown>;
      expect([response.status, answer.Success]).toEqual([200, false]);
      const [outer = '', inner] = key.split('.');
      const value = inner ? (answer[outer] as Record<string, unknown>)[inner] : answer[outer];
      expect([value].flat()[0]).toBe('The pop was not accepted.');
    }
  },
  'pop-too-large': async () => expect((await pop()).status).toBe(413),
  'pop-not-json': async () => {
    const response = await pop();
    expect([response.status, await response.text()]).toEqual([200, 'OK']);
  },
  'pop-html': async () => expect((await pop()).headers.get('content-type')).toMatch(/^text\/html/),
  'pop-throttled': async () => {
    server.retryAfter = 28;
    const response = await pop();
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '28']);
  },
  'pop-down': async () => expect((await pop()).status).toBe(503),
  'pop-slow': async () => {
    await held('pop', (signal) => fetch(server.popUrl, { method: 'POST', body: '{}', signal }));
  },
  'pop-redirect': async () => {
    const response = await pop();
    expect([response.status, response.headers.get('location')]).toEqual([307, '/elsewhere']);
  },
  'pop-echo': async () => {
    const given = await token();
    expect(await (await pop(wanted(), given)).text()).toContain(`Bearer ${given}`);
  },
  // Both are checked before either has opened.
  race: async () => {
    await pop();
    await pop(wanted({ Username: 'Sam.Okoro' }));
    server.deliver();
    for (const user of ['James.Collins', 'Sam.Okoro']) expect(server.agents.get(user)?.open?.reference).toBe('demo:1');
    expect(server.warnings).toEqual([]);
  },
  'no-websocket': async () => {
    expect((await read(await pop())).Success).toBe(true);
    expect(server.agents.get('James.Collins')?.open).toBeNull();
    expect(server.warnings).toEqual(['James.Collins: not reached']);
  },
};

describe.each(Object.keys(switches) as Switch[])('with %s', (name) => {
  test('it misbehaves', async () => {
    server.on(name);
    await misbehaves[name]();
    expect(misbehaves).toHaveProperty([name]);
  });
});

test('a switch may last for some requests only', async () => {
  server.on('auth-gone', 2);
  expect((await auth()).status).toBe(404);
  expect((await auth()).status).toBe(404);
  expect((await auth()).status).toBe(200);
});

describe('without any switch', () => {
  test('a wrong password is refused (§1.6 auth 401), a right one beyond Latin-1 is not', async () => {
    expect((await auth(basic('wrong'))).status).toBe(401);
    expect((await auth()).status).toBe(200);
  });

  test('there is no CORS header, and OPTIONS gets 403 (§5)', async () => {
    const response = await auth();
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect((await fetch(server.popUrl, { method: 'OPTIONS' })).status).toBe(403);
  });

  test('only the IdToken counts (§1.3 “Use IdToken (not AccessToken)”)', async () => {
    const answer = await read(await auth());
    expect((await pop(wanted(), String(answer.Result.AccessToken))).status).toBe(401);
  });

  test('the documented sample, which is not valid JSON, is refused (§1.4)', async () => {
    const sample = '{"SystemId":"8c05ef37" // the system\n"Username":"James.Collins"}';
    expect((await pop(sample)).status).toBe(400);
  });

  test.each(['SystemId', 'Username', 'Campaign'])('%s is required (§1.4)', async (key) => {
    expect((await pop(wanted({ [key]: undefined }))).status).toBe(400);
  });
});

describe('accepted and silent (§1.5), logged at Warn', () => {
  test.each<[string, object, () => void, string]>([
    [
      'offline',
      {},
      () => Object.assign(server.agents.get('James.Collins') ?? {}, { here: false }),
      'not on the Desktop',
    ],
    [
      'without a licence',
      {},
      () => Object.assign(server.agents.get('James.Collins') ?? {}, { licensed: false }),
      'no licence',
    ],
    ['of an unknown campaign', { Campaign: 'pump intake' }, () => {}, 'no campaign pump intake'],
    ['of an inactive campaign', { Campaign: 'Retired' }, () => {}, 'campaign Retired is not active'],
    ['of another system', { SystemId: 'other' }, () => {}, 'another system'],
  ])('a pop to somebody %s', async (_, more, change, why) => {
    change();
    expect((await read(await pop(wanted(more)))).Success).toBe(true);
    expect(server.agents.get('James.Collins')?.open).toBeNull();
    expect(server.warnings).toEqual([`James.Collins: ${why}`]);
  });

  test('a record that is open elsewhere', async () => {
    await pop();
    await pop(wanted({ Username: 'Sam.Okoro' }));
    expect(server.agents.get('Sam.Okoro')?.open).toBeNull();
    expect(server.warnings).toEqual(['Sam.Okoro: record demo:1 is open elsewhere']);
  });
});

describe('on the desktop (§1.5)', () => {
  test('the same Reference does nothing', async () => {
    await pop();
    await pop(wanted({ ScriptData: { other: 'data' } }));
    const agent = server.agents.get('James.Collins');
    expect([agent?.open?.data, agent?.activities]).toEqual([{ 'Contact Name': 'Amelia Marsh' }, []]);
  });

  test('another Reference suspends the record that is open', async () => {
    await pop();
    await pop(wanted({ Reference: 'demo:2' }));
    const agent = server.agents.get('James.Collins');
    expect([agent?.open?.reference, agent?.activities.map(({ reference }) => reference)]).toEqual([
      'demo:2',
      ['demo:1'],
    ]);
    expect(await desktop('James.Collins')).toMatch(/demo:2.*Activities.*demo:1/s);
  });

  test('without a Reference each pop makes a record of its own', async () => {
    await pop(wanted({ Reference: undefined }));
    const first = server.agents.get('James.Collins')?.open?.reference;
    await pop(wanted({ Reference: undefined }));
    expect(first).toMatch(/^CSAUTO-/);
    expect(server.agents.get('James.Collins')?.open?.reference).not.toBe(first);
  });
});
