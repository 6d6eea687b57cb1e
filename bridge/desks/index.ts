/** The desks that the bridge can write to, and the one runner of their requests. */
import { perform, type Answer, type Fault } from '../../lib/http.ts';
import type { DeskConfig } from '../config.ts';
import type { DeskRequest, DeskServer } from './desk.ts';
import { redmine } from './redmine.ts';
import { requestTracker } from './request-tracker.ts';

const servers: Record<DeskConfig['type'], DeskServer> = { 'request-tracker': requestTracker, redmine };

export type Desk = DeskServer & { ask(request: DeskRequest): Promise<Answer | Fault> };

/** A configured desk, ready to be asked. @param timeout in ms, for each request */
export function deskOf(config: DeskConfig, timeout: number): Desk {
  const server = servers[config.type];
  const root = config.url.replace(/\/+$/, '');
  return {
    ...server,
    ask: ({ method, path, body }) =>
      perform({
        method,
        url: root + path,
        headers: {
          ...server.headers(config.secret),
          // Desks tell browsers by it, and show those a login page where others get a 401.
          'user-agent': 'deskcall-bridge',
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        timeout,
      }),
  };
}
