/** The desks that the bridge can write to, and the one runner of their requests. */
import { perform, type Answer, type Fault } from '../../lib/http.ts';
import type { DeskRequest, DeskServer } from './desk.ts';
import { httpDesk } from './http.ts';
import { redmine } from './redmine.ts';
import { requestTracker } from './request-tracker.ts';
import type { DeskConfig } from './shape.ts';
import { secondsIn } from './wait.ts';

function serverOf(config: DeskConfig): DeskServer {
  switch (config.type) {
    case 'request-tracker':
      return requestTracker;
    case 'redmine':
      return redmine;
    case 'http':
      return httpDesk(config.http);
  }
}

export type Desk = DeskServer & { ask(request: DeskRequest): Promise<Answer | Fault> };

/** A part of a path that stands for the folder above, encoded or not: it would lead to another record. */
const climbs = /(?:^|\/)(?:\.|%2e){1,2}(?:[/?]|$)/i;

/** In bytes. Lists of notes are long where people paste logs. */
const longest = 20_000_000;

/** A configured desk, ready to be asked. @param timeout in ms, for each request */
export function deskOf(config: DeskConfig, timeout: number): Desk {
  const server = serverOf(config);
  const root = config.url.replace(/\/+$/, '');
  /** When the desk may be asked again, as it said; each process hears that for itself. */
  let free = 0;
  return {
    ...server,
    async ask({ method, path, headers, body, form }) {
      if (climbs.test(path.split('?')[0] ?? '')) return { fault: 'address' };
      const left = (free - Date.now()) / 1000;
      if (left > 0)
        return {
          status: 429,
          statusText: '',
          html: false,
          header: (name) => (name === 'retry-after' ? String(Math.ceil(left)) : null),
        };
      const answer = await perform({
        method,
        url: root + path,
        headers: {
          ...server.headers(config.secret),
          // Desks tell browsers by it, and show those a login page where others get a 401.
          'user-agent': 'deskcall-bridge',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(form && { body: new URLSearchParams(form).toString() }),
        timeout,
        longest,
      });
      if (!('fault' in answer) && answer.status === 429) free = Date.now() + (secondsIn(answer) ?? 0) * 1000;
      return answer;
    },
  };
}
