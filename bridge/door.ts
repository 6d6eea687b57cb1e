/** What every door has at hand. */
import type { HttpBindings } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, Hono } from 'hono';

type Env = { Bindings: HttpBindings };
export type App = Hono<Env>;
export type C = Context<Env>;

export const remoteOf = (c: C): string => getConnInfo(c).remote.address ?? '';

/** The same for an unknown path and for a hook that nobody has: neither tells that the other exists. */
export const notFound = (c: C): Response => c.text('Not found\n', 404);
