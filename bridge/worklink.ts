/**
 * Reads sessions from WorkLink: one by its id, those of a launch, and lists of them page by page.
 *
 * Outside facts: Scope AR, "Using GraphQL", "Queries using External Data" and the vendor's demo, in the contract's §3:
 * what may not be read is null with "Not authorized to read object", and is left out of lists without a word; times are
 * `endedAt`, once `finishedAt`; where GraphQL is not to be had, the address in a webhook gives the same as plain JSON.
 */
import type { Config } from './config.ts';
import { squashed } from './json.ts';
import { makeClient, type Pace, type Trouble } from './worklink/client.ts';
import { heavyPage, look, type List, type Paging, type Plan } from './worklink/schema.ts';

export { ofOrigin } from './worklink/client.ts';
export type { Trouble } from './worklink/client.ts';

/** A record as it was told, and its type there. */
export type Found = { type: string; data: Record<string, unknown> };

/** A session in a list: when it began, and when it last changed, if the schema has that. */
export type Listed = { id: string; at?: Date; changed?: Date };

/** `ordered`: newest first, by that attribute. `next`: where the next page begins; undefined on the last. */
export type Page = { nodes: Listed[]; ordered?: string; next?: string };

export type WorkLink = {
  read(id: string): Promise<Found | Trouble>;
  /** The same over REST, where GraphQL does not give it. @param type what the webhook called it */
  fetch(url: string, type: string | null): Promise<Found | Trouble>;
  /** Ids of sessions whose external data has that value, by MATCH and, if that finds none, by CONTAINS. */
  find(key: string, value: string): Promise<string[] | Trouble>;
  /** The lists of sessions that there are, by name. */
  lists(): Promise<string[] | Trouble>;
  page(list: string, cursor?: string): Promise<Page | Trouble>;
  /** What the schema offers, for whoever checks the connection. */
  seen: () => Promise<Plan | Trouble>;
  /** The topics of webhooks; null where the schema has no list of them. */
  topics: () => Promise<string[] | null | Trouble>;
  version: () => string | undefined;
};

/** Of one list within a record, at most so many pages. */
const mostPages = 40;

const typeOf = (node: unknown): string | undefined => {
  const name = (node as { __typename?: unknown } | null | undefined)?.__typename;
  return typeof name === 'string' ? name : undefined;
};

type Connection = {
  nodes?: unknown[] | null;
  totalCount?: number;
  pageInfo?: { hasNextPage?: unknown; endCursor?: unknown } | null;
};

/**
 * Where the page after this one begins; undefined after the last.
 * @param count how many there were up to here, this page included
 */
function nextOf({ by }: Paging, page: Connection, count: number): string | undefined {
  if (by === 'after') {
    const { hasNextPage, endCursor } = page.pageInfo ?? {};
    // Not by how many there are: those that the token may not see are left out.
    return hasNextPage === true && typeof endCursor === 'string' ? endCursor : undefined;
  }
  // An offset may be the number of those before or the place of the last of them: one is asked for twice, so that none
  // is left out.
  if (
    by === 'afterIndex' &&
    (page.nodes?.length ?? 0) > 1 &&
    (page.totalCount === undefined || count < page.totalCount)
  )
    return String(count - 1);
  return undefined;
}

const argsOf = ({ by, size }: Paging, cursor?: string): string =>
  `first: ${size}${by && cursor !== undefined ? `, ${by}: ${by === 'after' ? JSON.stringify(cursor) : Number(cursor)}` : ''}`;

/** REST calls things `started_at`; here they are called as in GraphQL. */
const spelled = new Map(
  'id externalData startedAt endedAt finishedAt createdAt updatedAt state status duration sessionType databaseId'
    .split(' ')
    .map((name) => [squashed(name), name]),
);

const dateOf = (value: unknown): Date | undefined => {
  const date = typeof value === 'string' ? new Date(value) : undefined;
  return date && !Number.isNaN(date.getTime()) ? date : undefined;
};

export function makeWorkLink(config: NonNullable<Config['worklink']>, pace: Pace): WorkLink {
  const { ask, get, version } = makeClient(config, pace);
  let plan: Plan | undefined;
  let planned: string | undefined;

  async function seen(): Promise<Plan | Trouble> {
    // After an update of the CMS it is looked again.
    if (plan && planned === version()) return plan;
    const made = await look(ask);
    if ('trouble' in made) return made;
    plan = made;
    planned = version();
    return made;
  }

  /** Adds the further pages of the lists within a record. */
  async function whole(id: string, type: string, data: Record<string, unknown>): Promise<Trouble | undefined> {
    for (const { field, paging, query } of plan?.inner.get(type) ?? []) {
      const first = data[field] as Connection | null | undefined;
      if (!Array.isArray(first?.nodes)) continue;
      let next = nextOf(paging, first, first.nodes.length);
      for (let pages = 1; next !== undefined && pages < mostPages; pages += 1) {
        // oxlint-disable-next-line no-await-in-loop -- each page names the next
        const answer = await ask(query(argsOf(paging, next)), { id });
        if ('trouble' in answer) return answer;
        const page = ((answer.data.node ?? {}) as Record<string, Connection | undefined>)[field];
        const nodes = page?.nodes ?? [];
        const last = JSON.stringify(first.nodes.at(-1));
        const more = paging.by === 'afterIndex' && JSON.stringify(nodes[0]) === last ? nodes.slice(1) : nodes;
        first.nodes.push(...more);
        next = more.length && page ? nextOf(paging, page, first.nodes.length) : undefined;
      }
    }
    return undefined;
  }

  async function read(id: string): Promise<Found | Trouble> {
    const made = await seen();
    if ('trouble' in made) return made;
    let answer = await ask(made.all ?? 'query ($id: ID!) { node(id: $id) { __typename id } }', { id });
    if ('trouble' in answer) return answer;
    if (made.all && !('node' in answer.data)) {
      made.all = null;
      return read(id);
    }
    const query = made.all ? undefined : made.one.get(typeOf(answer.data.node) ?? '');
    if (query) answer = await ask(query, { id });
    if ('trouble' in answer) return answer;
    const type = typeOf(answer.data.node);
    const data = answer.data.node as Record<string, unknown>;
    // Whose it is stands there alone: null by an error is not the same as none.
    if (type && answer.untold.includes('externalData'))
      return { trouble: 'absent', why: `WorkLink does not tell the external data: ${answer.errors[0]}` };
    if (type) return (await whole(id, type, data)) ?? { type, data };
    const why = answer.errors[0] ?? 'WorkLink knows no such record.';
    // After an update of the CMS a field may be gone: next time it is looked again.
    if (!('node' in answer.data)) plan = undefined;
    return { trouble: 'absent', why };
  }

  /** One page; an order that is refused is not asked for again. */
  async function paged(list: List, cursor?: string): Promise<Page | Trouble> {
    const [order] = list.orders;
    const by = order ? `, orderBy: {attribute: ${JSON.stringify(order)}, direction: DESC}` : '';
    const answer = await ask(`{ ${list.field}(${argsOf(list, cursor)}${by}) { ${list.selection} } }`);
    if ('trouble' in answer) return answer;
    const connection = answer.data[list.field] as Connection | null | undefined;
    if (!connection) {
      if (order === undefined)
        return { trouble: 'passing', why: `WorkLink does not list ${list.field}: ${answer.errors[0] ?? 'nothing'}` };
      list.orders.shift();
      return paged(list, cursor);
    }
    const nodes = (connection.nodes ?? []).flatMap((node): Listed[] => {
      const { id, startedAt, createdAt, updatedAt } = (node ?? {}) as Record<string, unknown>;
      if (typeof id !== 'string') return [];
      const at = dateOf(startedAt) ?? dateOf(createdAt);
      const changed = dateOf(updatedAt);
      return [{ id, ...(at && { at }), ...(changed && { changed }) }];
    });
    const before = list.by === 'afterIndex' && cursor !== undefined ? Number(cursor) : 0;
    const next = nextOf(list, connection, before + (connection.nodes?.length ?? 0));
    return { nodes, ...(order && { ordered: order }), ...(next !== undefined && { next }) };
  }

  return {
    read,
    seen,
    version,

    async fetch(url, type) {
      const answer = await get(url);
      if ('trouble' in answer) return answer;
      const data: Record<string, unknown> = {};
      for (const [key, value] of Object.entries(answer.body as object)) data[spelled.get(squashed(key)) ?? key] = value;
      return { type: typeOf(answer.body) ?? type ?? 'Call', data };
    },

    async find(key, value) {
      const made = await seen();
      if ('trouble' in made) return made;
      const ids = new Set<string>();
      for (const { field } of made.lists.filter(({ filtered }) => filtered))
        for (const type of ['MATCH', 'CONTAINS']) {
          if (type === 'CONTAINS' && ids.size) continue;
          // The value goes as a literal: the variable's type would have to be named, and is only known by hearsay.
          const filter = `{type: "${type}", key: ${JSON.stringify(key)}, value: ${JSON.stringify(value)}}`;
          // oxlint-disable-next-line no-await-in-loop -- so many a second
          const answer = await ask(`{ ${field}(first: ${heavyPage}, externalData: ${filter}) { nodes { id } } }`);
          if ('trouble' in answer) return answer;
          const { nodes } = (answer.data[field] ?? {}) as { nodes?: ({ id?: unknown } | null)[] | null };
          for (const node of nodes ?? []) if (typeof node?.id === 'string') ids.add(node.id);
        }
      return [...ids];
    },

    async topics() {
      const made = await seen();
      if ('trouble' in made) return made;
      if (made.topics === undefined) return null;
      const answer = await ask(made.topics);
      if ('trouble' in answer) return answer;
      const [list] = Object.values(answer.data) as (Connection | null)[];
      return (list?.nodes ?? []).flatMap((node) => {
        const { key, version: number } = (node ?? {}) as Record<string, unknown>;
        return typeof key === 'string' ? [typeof number === 'string' ? `${key} ${number}` : key] : [];
      });
    },

    async lists() {
      const made = await seen();
      return 'trouble' in made ? made : made.lists.map(({ field }) => field);
    },

    async page(name, cursor) {
      const made = await seen();
      if ('trouble' in made) return made;
      const list = made.lists.find(({ field }) => field === name);
      return list ? paged(list, cursor) : { nodes: [] };
    },
  };
}
