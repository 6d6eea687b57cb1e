/** A bridge with WorkLink and all desks of the sandbox. */
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Tables } from '../../bridge/db.ts';
import { newLaunchId } from '../../lib/worklink.ts';
import { serveDesks, type DesksServer, type SandboxNote } from '../../sandbox/desks.ts';
import { serveCms, type CmsServer, type CmsSession } from '../../sandbox/worklink.ts';
import { kinds, sandboxDesks } from './desks-config.ts';
import { until } from './wait.ts';
import { makeWorld, type World } from './world.ts';

const waits = { settle: 0, retry: 0.1, longestRetry: 1, poll: 0.5, sweep: 1, request: 1 };

/** Starts them before the tests of a file and ends them after. @param more for each desk's configuration */
export function makeWrites(more: object = {}, withFields = false) {
  let cms: CmsServer;
  let desks: DesksServer;
  let world: World;
  let hook = '';
  let token = '';
  let made = 0;
  beforeAll(async () => {
    cms = await serveCms();
    desks = await serveDesks();
    const { file, env } = sandboxDesks(desks, more, withFields);
    world = await makeWorld(
      {
        worklink: { url: cms.url, requestsPerSecond: 100, sessionUrl: 'https://cms.test/sessions/{{id}}' },
        desks: file,
        tries: 4,
        waits,
      },
      { WORKLINK_TOKEN: cms.token, ...env },
    );
    hook = await world.hook('worklink');
    token = await world.token('launch', 'read');
  });
  afterEach(() => desks.off());
  afterAll(async () => {
    await world.end();
    await desks.close();
    await cms.close();
  });

  /** A new record on a desk. */
  function record(desk: string, number?: string): { id: string; kind: string } {
    made += 1;
    const { target, kind, id: idOf } = kinds(desk);
    const id = idOf(made);
    desks.add(target, kind, id, number);
    return { id, kind };
  }

  return {
    get cms() {
      return cms;
    },
    get desks() {
      return desks;
    },
    get world() {
      return world;
    },
    record,
    /** A record on a desk, launched from, and a session of it. */
    async called(desk: string, about: Partial<CmsSession> = {}): Promise<{ id: string; session: CmsSession }> {
      const { id, kind } = record(desk);
      const launchId = newLaunchId();
      const launch = { launchId, desk, kind, id, at: new Date().toISOString() };
      const answer = await world.post('/api/launches', { launches: [launch] }, { authorization: `Bearer ${token}` });
      expect(answer.status).toBe(200);
      const externalData = { work_order_id: id, case_id: `${kind}:${id}`, desk, launch_id: launchId };
      return { id, session: cms.add({ externalData, ...about }) };
    },
    announce: (session: CmsSession, event: 'created' | 'updated' | 'completed' = 'completed') =>
      cms.announce(hook, session, event),
    /** The row of the outbox, once it is so. */
    row: (id: string, state: Tables['outbox']['state']['__select__'], action: Tables['outbox']['action'] = 'note') =>
      until(() =>
        world.db
          .selectFrom('outbox')
          .selectAll()
          .where('case_id', '=', id)
          .where('state', '=', state)
          .where('action', '=', action)
          .executeTakeFirst(),
      ),
    notesOn: (id: string): SandboxNote[] => desks.notes.filter((note) => note.id === id),
    /** Requests that wrote to a record, or tried. */
    writesOn: (id: string): number =>
      desks.requests.filter(({ method, path, body }) => method !== 'GET' && (path + JSON.stringify(body)).includes(id))
        .length,
  };
}
