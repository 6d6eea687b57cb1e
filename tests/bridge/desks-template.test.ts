/** What an admin wrote holds together whatever a case, a name or a note holds. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { httpDesk } from '../../bridge/desks/http.ts';
import { deskOf } from '../../bridge/desks/index.ts';
import { deskShape, type HttpConfig } from '../../bridge/desks/shape.ts';
import { fillJson, fillPath, htmlOf, textOfHtml } from '../../bridge/desks/template.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '..',
    '.',
    '%2e%2e',
    '../../admin',
    '"}],"x":"',
    '{{secret}}',
    '{{id}}',
    '?a=b#c',
    '\\..\\',
    '\ud800',
    "'; drop table",
  ),
);

const http = (more: object = {}): HttpConfig => {
  const desk = deskShape.parse({
    type: 'http',
    url: 'https://desk.test',
    http: {
      kinds: ['ticket'],
      headers: { authorization: 'Bearer {{secret}}' },
      note: {
        path: '/t/{{id}}/notes?m={{marker}}',
        body: { text: '{{note}}', deep: [{ is: 'call: {{note}}', n: 1 }], html: '{{noteHtml}}' },
      },
      ...more,
    },
  });
  if (desk.type !== 'http') throw new Error('another desk');
  return desk.http;
};

/** A server that says what it was asked for. */
async function listen(): Promise<{ origin: string; path: string; close: () => void }> {
  const server = createServer((request, response) => {
    seen.path = request.url ?? '';
    response.writeHead(204).end();
  });
  const seen = { origin: '', path: '', close: () => void server.close() };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  seen.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return seen;
}

describe('values stay where they are put', () => {
  test('a JSON text: what is sent has the same shape, whatever is in it', () => {
    const desk = httpDesk(http());
    fc.assert(
      fc.property(hostile, (text) => {
        const { body } = desk.note({ kind: 'ticket', id: '1' }, { text, marker: 'm', key: 'k' });
        const read = JSON.parse(JSON.stringify(body)) as unknown;
        expect(read).toEqual({ text, deep: [{ is: `call: ${text}`, n: 1 }], html: htmlOf(text) });
      }),
    );
  });

  test('a path: one part and one value of the query, or no request at all', async () => {
    const seen = await listen();
    const desk = deskOf(
      { type: 'http', url: `${seen.origin}/base`, write: 'once', fields: {}, secret: 's', http: http() },
      5000,
    );
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (id, marker) => {
        seen.path = '';
        const answer = await desk.ask(desk.note({ kind: 'ticket', id }, { text: '', marker, key: 'k' }));
        if ('fault' in answer) {
          expect([answer.fault, seen.path]).toEqual(['address', '']);
          expect(id).toMatch(/(^|[/\\])(\.|%2e){1,2}([/\\]|$)/i);
          return;
        }
        const { pathname, searchParams } = new URL(seen.path, seen.origin);
        const parts = pathname.split('/');
        expect([parts.length, parts[1], parts[2], parts[4]]).toEqual([5, 'base', 't', 'notes']);
        expect(decodeURIComponent(parts[3] ?? '')).toBe(id.toWellFormed());
        expect([...searchParams]).toEqual([['m', marker.toWellFormed()]]);
      }),
      { numRuns: 300 },
    );
    seen.close();
  });

  test('HTML: no tag and no attribute comes of it, and it can be told again', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const html = htmlOf(text);
        expect(html.replaceAll('<br>', '')).not.toMatch(/[<>"']/);
        expect(textOfHtml(html)).toBe(text);
      }),
    );
  });

  test('a value is not a template', () => {
    expect(fillJson('{{a}} {{b}}', { a: '{{b}}', b: 'x' })).toBe('{{b}} x');
    expect(fillPath('/{{a}}', { a: '{{b}}', b: 'x' })).toBe('/%7B%7Bb%7D%7D');
  });

  test('a number alone stays one; what objects inherit is nothing', () => {
    expect(fillJson({ n: '{{minutes}}', t: '{{minutes}} min', p: '{{constructor}}' }, { minutes: 5 })).toEqual({
      n: 5,
      t: '5 min',
      p: '',
    });
  });
});

describe('mistakes are named', () => {
  const mistakes = (more: object, desk: object = {}): string => {
    const parsed = deskShape.safeParse({
      type: 'http',
      url: 'https://desk.test',
      http: { kinds: ['ticket'], note: { path: '/n/{{id}}', body: { text: '{{note}}' } }, ...more },
      ...desk,
    });
    return parsed.success
      ? ''
      : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n');
  };
  test.each([
    ['nothing', {}, {}, /^$/],
    [
      'a placeholder nobody knows',
      { note: { path: '/n/{{ID}}', body: '{{note}}' } },
      {},
      /http\.note\.path: \{\{ID}} is not known here/,
    ],
    ['a case in a header', { headers: { x: '{{id}}' } }, {}, /http\.headers.*\{\{id}} is not known/],
    ['a line break in a header', { headers: { x: 'a\r\nb: c' } }, {}, /one line/],
    ['another host', { note: { path: '//evil.test/{{id}}', body: '{{note}}' } }, {}, /a path begins with one/],
    ['a note without the note', { note: { path: '/n', body: { text: 'call' } } }, {}, /nowhere in the request/],
    ['a key that is not sent', { note: { path: '/n', body: '{{note}}', keyed: true } }, {}, /keyed needs/],
    ['pages without a size', { notes: { path: '/n?p={{page}}', list: '', text: '/t' } }, {}, /size and/],
    ['fields without a request', {}, { fields: { a: '{{length}}' } }, /fields need http\.set/],
    ['a field of something else', {}, { fields: { a: '{{lenght}}' } }, /\{\{lenght}} is not known here/],
  ])('%s', (_, more, desk, said) => {
    expect(mistakes(more, desk)).toMatch(said);
  });
});

describe('docs/bridge.md', () => {
  const text = readFileSync('docs/bridge.md', 'utf8');
  const examples = [...text.matchAll(/```json\n([^]*?)```/g)]
    .map(([, json = '']) => JSON.parse(json) as { type?: string; desks?: Record<string, unknown> })
    .flatMap((each) => (each.desks ? Object.values(each.desks) : each.type ? [each] : []));

  test('its examples are right', () => {
    expect(examples.length).toBeGreaterThanOrEqual(6);
    for (const example of examples) expect(deskShape.safeParse(example).error).toBeUndefined();
  });

  test('its table has every type of desk', () => {
    const types = deskShape.options.flatMap((option) => {
      const { type } = (option as unknown as { shape: { type: { values?: Set<string>; options?: string[] } } }).shape;
      return type.options ?? [...(type.values ?? [])];
    });
    expect(types).toHaveLength(11);
    for (const type of types) expect(text).toMatch(new RegExp(`^\\|.*\\| \`${type}\``, 'm'));
  });
});
