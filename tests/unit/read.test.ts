// @vitest-environment node
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { deskIds } from '../../lib/which.ts';
import { fixtures } from '../desks/fixtures.ts';

/** The command as `npm run --silent read --` starts it. */
function command(args: string[], input = ''): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['scripts/read.ts', ...args]);
    let out = '';
    let err = '';
    child.stdout.on('data', (text: Buffer) => void (out += text.toString()));
    child.stderr.on('data', (text: Buffer) => void (err += text.toString()));
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.end(input);
  });
}

test('a page: one object, and nothing in it runs or is fetched', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = mkdtempSync(join(tmpdir(), 'deskcall-read-'));
  const file = join(folder, 'page.html');
  writeFileSync(
    file,
    `<link rel="stylesheet" href="${at}/a.css"><script src="${at}/a.js"></script><iframe src="${at}/frame"></iframe>
     <img src="${at}/a.png" onerror="document.querySelector('h1').remove()"><meta http-equiv="refresh" content="0;${at}/next">
     <h1 data-worklink-case="77" data-worklink-title="Seal">x</h1><script>document.querySelector('h1').remove()</script>`,
  );
  const { code, out, err } = await command([`${at}/x`, file]);
  server.close();
  rmSync(folder, { recursive: true });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out.trim().split('\n')).toHaveLength(1);
  expect(JSON.parse(out)).toEqual({
    desk: 'marked',
    case: { desk: 'marked', kind: 'case', id: '77', title: 'Seal', fields: {} },
    sources: { id: 'attr', title: 'attr' },
    problems: [],
  });
  expect(asked).toEqual([]);
});

test('a batch: an answer a line, a bad line costs itself', async () => {
  // A sample: every page is read by fixtures.test.ts.
  const sample = fixtures.filter((_, n) => n % 8 === 0);
  const pages = sample.map(({ url, desk, name }) => ({ url, desk, file: join('tests', 'desks', name) }));
  const url = 'https://rt.example/Ticket/Display.html?id=7';
  const lines = [
    ...pages.map((page) => JSON.stringify(page)),
    '{"url":',
    '7',
    '{"file":"x"}',
    JSON.stringify({ url: 'rt.example' }),
    JSON.stringify({ url, file: 'no-such-page.html' }),
    JSON.stringify({ url, desk: 'constructor' }),
    '',
    JSON.stringify({ url, desk: 'request-tracker' }),
    JSON.stringify({ url }),
  ];
  const { code, out } = await command(['--batch'], lines.join('\n'));
  expect(code).toBe(0);
  const answers = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(answers.slice(0, pages.length)).toEqual(sample.map(({ read }) => read));
  const [cut, number, noUrl, noAddress, noFile, noDesk, address, nobody, ...more] = answers.slice(pages.length);
  for (const bad of [cut, number, noUrl, noAddress, noFile, noDesk]) {
    expect(Object.keys(bad ?? {})).toEqual(['error']);
    expect(bad?.error).toMatch(/\.$/);
  }
  expect(noFile?.error).toContain('no-such-page.html');
  // Without a page only the address is read.
  expect(address).toEqual({
    desk: 'request-tracker',
    case: { desk: 'request-tracker', kind: 'ticket', id: '7', number: '7', fields: {} },
    sources: { id: 'url', kind: 'url', number: 'url' },
    problems: [],
  });
  expect(nobody).toMatchObject({ desk: null, case: null, problems: [{ code: 'no-desk' }] });
  expect(more).toEqual([]);
});

test('an unknown desk is one clear sentence', async () => {
  const { code, out, err } = await command(['https://rt.example/', '--desk', 'sharepoint']);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toBe(`"sharepoint" is no desk that Deskcall knows; it knows ${deskIds.join(', ')}.\n`);
});
