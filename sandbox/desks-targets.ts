/** How each desk of {@link serveDesks} is asked and answers: paths, names and defaults of table C. */
import type { Asked, Given, Keep, Target } from './desks.ts';

type Route = [
  method: string,
  path: RegExp,
  answer: (keep: Keep, asked: Asked, ...parts: string[]) => Given | undefined,
];

/** The first route that fits answers; none is 404. */
const routed =
  (...routes: Route[]): Target['answer'] =>
  (asked, keep) => {
    for (const [method, path, answer] of routes) {
      const found = asked.method === method && path.exec(asked.path);
      if (found) return answer(keep, asked, ...found.slice(1).map((each) => decodeURIComponent(each)));
    }
    return undefined;
  };

const bearer: Target['knows'] = ({ authorization }, secret, tokens) =>
  authorization === `Bearer ${secret}` || tokens.has(authorization?.replace(/^Bearer /, '') ?? '');

const json = (body: unknown): Record<string, unknown> =>
  typeof body === 'object' && body !== null ? (body as never) : {};

/** A page of a list. */
const page = <T>(all: T[], query: URLSearchParams, size: number): T[] => {
  const n = Number(query.get('page') ?? 1);
  return all.slice((n - 1) * size, n * size);
};

/** "a templated webhook" for the rest (§7): a desk of nobody's, whose notes are public unless told otherwise. */
const plain = (keyed: boolean): Target => ({
  knows: bearer,
  answer: routed(
    [
      'GET',
      /^\/tickets\/([^/]+)$/,
      (keep, _, id) => {
        const number = keep.number('ticket', id ?? '');
        return number === undefined
          ? undefined
          : { status: 200, body: { data: { number, ...keep.fields('ticket', id ?? '') } } };
      },
    ],
    [
      'PUT',
      /^\/tickets\/([^/]+)$/,
      (keep, { body }, id = '') => {
        if (keep.number('ticket', id) === undefined) return undefined;
        keep.set('ticket', id, json(body));
        return { status: 200, body: {} };
      },
    ],
    [
      'POST',
      /^\/tickets\/([^/]+)\/notes$/,
      (keep, { body, headers }, id = '') => {
        if (keep.number('ticket', id) === undefined) return undefined;
        const { text, internal } = json(body);
        const key = keyed ? String(headers['idempotency-key']) : undefined;
        return { status: 201, body: { id: keep.write('ticket', id, String(text), internal !== true, key) } };
      },
    ],
    [
      'GET',
      /^\/tickets\/([^/]+)\/notes$/,
      (keep, { query }, id = '') => ({
        status: 200,
        body: {
          items: page(keep.notes('ticket', id), query, 20).map((note) => ({ text: note.text, internal: !note.public })),
        },
      }),
    ],
  ),
});

export const targets: Record<string, Target> = { plain: plain(false), keyed: plain(true) };
