/** The desks that the bridge can write to, and the one runner of their requests. */
import { perform, type Answer, type Fault } from '../../lib/http.ts';
import type { DeskRequest, DeskServer } from './desk.ts';
import { dynamics } from './dynamics.ts';
import { freshdesk } from './freshdesk.ts';
import { freshservice } from './freshservice.ts';
import { httpDesk } from './http.ts';
import { jira } from './jira.ts';
import { redmine } from './redmine.ts';
import { requestTracker } from './request-tracker.ts';
import { salesforce } from './salesforce.ts';
import { servicenow } from './servicenow.ts';
import type { DeskConfig } from './shape.ts';
import { clientSignIn } from './sign-in.ts';
import { secondsIn } from './wait.ts';
import { zendesk } from './zendesk.ts';

const fixed = {
  'request-tracker': requestTracker,
  redmine,
  servicenow,
  zendesk,
  freshdesk,
  freshservice,
  dynamics,
  salesforce,
};

function serverOf(config: DeskConfig): DeskServer {
  switch (config.type) {
    case 'http':
      return httpDesk(config.http);
    case 'jira':
      return jira('cloud', config.role);
    case 'jira-data-center':
      return jira('data-center', config.role);
    default:
      return fixed[config.type];
  }
}

export type Desk = DeskServer & { ask(request: DeskRequest): Promise<Answer | Fault> };

/**
 * A part of a path that stands for the folder above, encoded or not, be it only for servers that read an encoded slash
 * as one: it would lead to another record.
 */
const climbs = /(?:^|\/|%2f|%5c)(?:\.|%2e){1,2}(?:\/|%2f|%5c|$)/i;

/** In bytes. Lists of notes are long where people paste logs. */
const longest = 20_000_000;

const wait = (seconds: number): Answer => ({
  status: 429,
  statusText: '',
  html: false,
  header: (name) => (name === 'retry-after' ? String(Math.ceil(seconds)) : null),
});

/** A configured desk, ready to be asked. @param timeout in ms, for each request */
export function deskOf(config: DeskConfig, timeout: number): Desk {
  const server = serverOf(config);
  const root = config.url.replace(/\/+$/, '');
  const { user, oauth } = { user: undefined, oauth: undefined, ...config };
  const client = oauth && clientSignIn(oauth, config.secret, timeout);
  /** When the desk may be asked again, as it said; each process hears that for itself. */
  let free = 0;

  const send = ({ method, path, headers, body, form }: DeskRequest, credential: Record<string, string>) =>
    perform({
      method,
      url: root + path,
      headers: {
        ...credential,
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

  async function signedIn(request: DeskRequest): Promise<Answer | Fault> {
    if (!client) return send(request, server.headers(config.secret, user));
    for (let again = false; ; again = true) {
      // oxlint-disable-next-line no-await-in-loop -- at most twice
      const credential = await client.headers();
      if ('answer' in credential) return credential.answer as Answer | Fault;
      // oxlint-disable-next-line no-await-in-loop -- as above
      const answer = await send(request, credential);
      // A token may be taken back before its time. What was refused was not done, so it may be asked for again.
      if (again || 'fault' in answer || answer.status !== 401) return answer;
      client.forget(credential);
    }
  }

  return {
    ...server,
    async ask(request) {
      if (climbs.test(request.path.split('?')[0] ?? '')) return { fault: 'address' };
      const left = (free - Date.now()) / 1000;
      if (left > 0) return wait(left);
      const answer = await signedIn(request);
      if (!('fault' in answer) && answer.status === 429) free = Date.now() + (secondsIn(answer) ?? 0) * 1000;
      return answer;
    },
  };
}
