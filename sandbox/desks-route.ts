/** What the sandbox's desks share: routes, signing in, reading of bodies. */
import type { Asked, Given, Keep, Target } from './desks.ts';

type Route = [
  method: string,
  path: RegExp,
  answer: (keep: Keep, asked: Asked, ...parts: string[]) => Given | undefined,
];

/** The first route that fits answers; none is 404. */
export const routed =
  (...routes: Route[]): Target['answer'] =>
  (asked, keep) => {
    for (const [method, path, answer] of routes) {
      const found = asked.method === method && path.exec(asked.path);
      if (found) return answer(keep, asked, ...found.slice(1).map((each) => decodeURIComponent(each)));
    }
    return undefined;
  };

export const bearer: Target['knows'] = ({ authorization }, secret, tokens) =>
  authorization === `Bearer ${secret}` || tokens.has(authorization?.replace(/^Bearer /, '') ?? '');

export const json = (body: unknown): Record<string, unknown> =>
  typeof body === 'object' && body !== null ? (body as never) : {};

/** A page of a list. */
export const page = <T>(all: T[], query: URLSearchParams, size: number): T[] => {
  const n = Number(query.get('page') ?? 1);
  return all.slice((n - 1) * size, n * size);
};

/** A desk signs its users in by name and secret, or takes tokens of clients. */
export const signs =
  (user: (secret: string) => string): Target['knows'] =>
  (headers, secret, tokens) =>
    headers.authorization === `Basic ${Buffer.from(user(secret)).toString('base64')}` ||
    bearer(headers, secret, tokens);

/** What an object has besides these names. */
export const without = (value: unknown, ...names: string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(json(value)).filter(([name]) => !names.includes(name)));
