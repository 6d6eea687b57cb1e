import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../bridge/config.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'deskcall-config-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const write = (name: string, text: string): string => {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
};

test('nothing said: the defaults', () => {
  // An empty name counts as none, as in a .env file.
  const config = readConfig({ BRIDGE_CONFIG: '', PORT: '' });
  expect(config).toMatchObject({ port: 8787, host: '127.0.0.1', desks: {}, worklinkSecrets: [] });
});

test('every mistake is named, and none quotes a secret', () => {
  const BRIDGE_CONFIG = write(
    'wrong.json',
    JSON.stringify({
      desks: { rt: { type: 'request-tracker', url: 'https://rt.test' } },
      worklink: {},
      serviceoptimizer: { so: {} },
      awaken: { authUrl: 'https://awaken.test/auth', popUrl: 'https://awaken.test/pop', systemId: randomUUID() },
    }),
  );
  const config = readConfig({
    BRIDGE_CONFIG,
    PORT: 'http',
    DATABASE_URL: 'mysql://S3CRET-CANARY@host',
    WORKLINK_TOKEN: 'S3CRET-CANARY',
    WORKLINK_TOKEN_FILE: '/dev/null',
    WORKLINK_SECRET: 'S3CRET-\nCANARY',
    AWAKEN_PASSWORD: 'S3CRET-CANARY',
    DESK_RT_TOKEN_FILE: join(dir, 'absent'),
  });
  const said = 'mistakes' in config ? config.mistakes.join('\n') : '';
  for (const name of [
    'PORT',
    'DATABASE_URL',
    'WORKLINK_TOKEN_FILE',
    'DESK_RT_TOKEN_FILE',
    'SERVICEOPTIMIZER_SO_SECRET',
    'WORKLINK_SECRET',
    'AWAKEN_USER',
  ])
    expect(said).toContain(name);
  expect(said).not.toContain('CANARY');
});

test('an address with a password is a mistake that does not quote it', () => {
  const url = 'https://agent:S3CRET-CANARY@rt.test';
  const config = readConfig({
    BRIDGE_CONFIG: write('password.json', JSON.stringify({ desks: { rt: { type: 'request-tracker', url } } })),
  });
  const said = 'mistakes' in config ? config.mistakes.join('\n') : '';
  expect(said).toContain('desks.rt.url: the address holds a user');
  expect(said).not.toContain('CANARY');
});

test('every mistake of the file is named by its path', () => {
  const BRIDGE_CONFIG = write(
    'paths.json',
    JSON.stringify({
      desks: {
        'Not a key': { type: 'request-tracker', url: 'https://rt.test' },
        rt: { type: 'lotus-notes', url: 'https://rt.test' },
        redmine: { type: 'redmine', url: 'http://redmine.test' },
      },
      waits: { sweep: -1 },
      wiats: {},
    }),
  );
  const config = readConfig({ BRIDGE_CONFIG });
  const said = 'mistakes' in config ? config.mistakes.join('\n') : '';
  for (const words of ['Not a key', 'desks.rt.type', 'desks.redmine.url', 'waits.sweep', 'wiats'])
    expect(said).toContain(words);
});

test('a file that was named has to be there and to be JSON', () => {
  expect(readConfig({ BRIDGE_CONFIG: join(dir, 'absent.json') })).toEqual({
    mistakes: [expect.stringContaining('absent.json')],
  });
  expect(readConfig({ BRIDGE_CONFIG: write('half.json', '{"desks":') })).toEqual({
    mistakes: [expect.stringContaining('is not JSON')],
  });
});

test('secrets come by name or by file, without the line end of an editor', () => {
  const BRIDGE_CONFIG = write(
    'desks.json',
    JSON.stringify({
      worklink: { headers: { PrivateAccessCode: 'ACCESS_CODE' } },
      desks: { 'rt-main': { type: 'request-tracker', url: 'https://rt.test' } },
      serviceoptimizer: { so: {} },
    }),
  );
  const config = readConfig({
    BRIDGE_CONFIG,
    WORKLINK_TOKEN: 'one',
    ACCESS_CODE: 'Token token=two',
    DESK_RT_MAIN_TOKEN_FILE: write('secret', 'three\n'),
    SERVICEOPTIMIZER_SO_SECRET: 'four',
    SERVICEOPTIMIZER_SO_SECRET_2: 'five',
  });
  expect(config).toMatchObject({
    worklink: { token: 'one', headers: { PrivateAccessCode: 'Token token=two' } },
    desks: { 'rt-main': { secret: 'three' } },
    serviceoptimizer: { so: { secrets: ['four', 'five'], code: 'string', onMalformed: 'ack' } },
    secrets: ['three', 'one', 'Token token=two', 'four', 'five'],
  });
});
