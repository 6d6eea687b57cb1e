/**
 * Reads sessions from WorkLink's GraphQL API, whose schema nobody has published: it is asked what it has, and then only
 * for that.
 *
 * Outside facts: Scope AR, "Using GraphQL", "Queries using External Data" and the vendor's demo, in the contract's §3:
 * `Authorization: Token token=…`, in the demo `Bearer token=…`; connections need `first`, at most 100; what may not be
 * read is null with "Not authorized to read object"; times are `endedAt`, once `finishedAt`.
 */
import { perform, type Answer } from '../lib/http.ts';
import type { Config } from './config.ts';

/** Why nothing was read. `absent`: it may become visible later. `refused`: the token; nothing helps but another. */
export type Trouble = { trouble: 'absent' | 'refused' | 'passing'; why: string; after?: number };

/** A record as it was told, and its type there. */
export type Found = { type: string; data: Record<string, unknown> };

export type WorkLink = {
  read(id: string): Promise<Found | Trouble>;
  /** Ids of sessions whose external data has that value, by MATCH and, if that finds none, by CONTAINS. */
  find(key: string, value: string): Promise<string[] | Trouble>;
};

/** What a session may be called. */
const sessionTypes = ['Call', 'CallSession', 'ScenarioSession'];

/** Fields worth having, by name; those that exist are asked for. */
const wanted = new Set(
  `id databaseId name type state status sessionType startedAt endedAt finishedAt createdAt updatedAt duration
   idleDuration numberOfStepsPossible numberOfStepsViewed percentOfStepsViewed externalData eventData caller callee
   initiator host user users participants members attachments recordings screenshots parts completedSteps events
   createdBy scenarioStep scenarioSequence orderIndex scenarioRelease scenario version photo fileUrl fileUrlExpiresAt
   nodes`.split(/\s+/),
);
/** A session's parts' people's names: no deeper. */
const deepest = 4;
/** Heavy queries are to ask for 25 at a time. */
const page = 25;

type Ref = { kind: string; name: string | null; ofType?: Ref | null };
type Field = { name: string; args: { name: string; type: Ref }[]; type: Ref };
type Type = { name: string; fields: Field[] | null };

const typeParts = 'kind name ofType { kind name ofType { kind name ofType { kind name } } }';
const fieldParts = `name args { name type { kind } } type { ${typeParts} }`;

const bare = (ref: Ref): Ref => (ref.ofType ? bare(ref.ofType) : ref);
const plain = (ref: Ref): boolean => ['SCALAR', 'ENUM'].includes(bare(ref).kind);
/** A field that can be asked for without knowing more than how many are wanted. */
const askable = ({ name, args }: Field): boolean =>
  wanted.has(name) && args.every((arg) => arg.type.kind !== 'NON_NULL' || arg.name === 'first');

const typeOf = (node: unknown): string | undefined => {
  const name = (node as { __typename?: unknown } | null | undefined)?.__typename;
  return typeof name === 'string' ? name : undefined;
};

/** `all`: the query for a record of any type; null where fields of one name differ in type, which GraphQL refuses. */
type Plan = { all: string | null; one: Map<string, string>; lists: { field: string; filtered: boolean }[] };

/** @param sleep waits so many ms; the limit of requests a second is kept with it */
export function makeWorkLink(
  config: NonNullable<Config['worklink']>,
  timeout: number,
  sleep: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
): WorkLink {
  const { token, headers, permalink, requestsPerSecond } = config;
  const address = new URL(config.url);
  if (permalink) address.searchParams.set('permalink', permalink);
  let schemes = ['Token', 'Bearer'];
  let plan: Plan | undefined;
  let free = 0;

  /** Takes the next place in the line of requests. */
  async function turn(): Promise<void> {
    const now = Date.now();
    const at = Math.max(now, free);
    free = at + 1000 / requestsPerSecond;
    if (at > now) await sleep(at - now);
  }

  async function post(query: string, variables: object): Promise<Answer | Trouble> {
    for (const scheme of schemes) {
      // oxlint-disable-next-line no-await-in-loop -- the second only if the first is refused
      await turn();
      // oxlint-disable-next-line no-await-in-loop -- as above
      const answer = await perform({
        method: 'POST',
        url: address.href,
        headers: { 'content-type': 'application/json', ...headers, authorization: `${scheme} token=${token}` },
        body: JSON.stringify({ query, variables }),
        timeout,
      });
      if ('fault' in answer) return { trouble: 'passing', why: `WorkLink does not answer (${answer.fault}).` };
      if (answer.status === 401) continue;
      schemes = [scheme];
      return answer;
    }
    // The scheme that was right once may not be any more.
    schemes = ['Token', 'Bearer'];
    return { trouble: 'refused', why: 'WorkLink refuses the token (401). Set another one.' };
  }

  /** @returns the answer's data, which may be partial, and the messages of its errors */
  async function ask(
    query: string,
    variables: object = {},
  ): Promise<{ data: Record<string, unknown>; errors: string[] } | Trouble> {
    const answer = await post(query, variables);
    if ('trouble' in answer) return answer;
    const { status, body } = answer;
    if (status === 429 || status >= 500) {
      const after = Number(answer.header('retry-after'));
      return { trouble: 'passing', why: `WorkLink answers ${status}.`, ...(after > 0 && { after }) };
    }
    if (typeof body !== 'object' || body === null)
      return {
        trouble: 'passing',
        why: `WorkLink's answer is no GraphQL (${status}${answer.html ? ', a page' : ''}).`,
      };
    const { data, errors } = body as { data?: Record<string, unknown> | null; errors?: { message?: unknown }[] };
    return {
      data: data ?? {},
      errors: (Array.isArray(errors) ? errors : []).map(({ message }) => String(message).slice(0, 300)),
    };
  }

  /** Asks what there is: the types of sessions, what they are made of, and the lists that can be searched. */
  async function look(): Promise<Plan | Trouble> {
    const types = new Map<string, Type>();
    let next = sessionTypes;
    for (let depth = 0; depth <= deepest && next.length; depth += 1) {
      const asked = next.map(
        (name, n) => `t${n}: __type(name: ${JSON.stringify(name)}) { name fields { ${fieldParts} } }`,
      );
      // oxlint-disable-next-line no-await-in-loop -- each level names the next
      const answer = await ask(`{ ${asked.join(' ')} }`);
      if ('trouble' in answer) return answer;
      const found = Object.values(answer.data).filter((each): each is Type => each !== null);
      for (const type of found) types.set(type.name, type);
      const names = found.flatMap(({ fields }) =>
        (fields ?? []).filter((field) => askable(field) && !plain(field.type)).map(({ type }) => bare(type).name),
      );
      next = [...new Set(names)].filter((name): name is string => name !== null && !types.has(name));
    }
    const known = sessionTypes.filter((name) => types.has(name));
    if (!known.length)
      return { trouble: 'passing', why: "WorkLink's schema has no type of sessions, or the token may not see it." };

    const parts = (name: string | null, depth: number): string => {
      const fields = (name && types.get(name)?.fields) || [];
      return fields
        .filter(askable)
        .map((field) => {
          const first = field.args.some((arg) => arg.name === 'first') ? `(first: ${page})` : '';
          if (plain(field.type)) return field.name;
          const inner = depth > 1 ? parts(bare(field.type).name, depth - 1) : '';
          return inner ? `${field.name}${first} { ${inner} }` : '';
        })
        .filter(Boolean)
        .join(' ');
    };
    const answer = await ask(`{ __schema { queryType { fields { name args { name type { kind } } } } } }`);
    if ('trouble' in answer) return answer;
    const { queryType } = (answer.data.__schema ?? {}) as { queryType?: { fields?: Field[] } };
    const lists = (queryType?.fields ?? [])
      .filter(({ name }) => /^(calls|callSessions|scenarioSessions)$/.test(name))
      .map(({ name, args }) => ({ field: name, filtered: args.some((arg) => arg.name === 'externalData') }));
    const query = (names: string[]): string =>
      `query ($id: ID!) { node(id: $id) { __typename id ${names.map((name) => `... on ${name} { ${parts(name, deepest)} }`).join(' ')} } }`;
    return { all: query(known), one: new Map(known.map((name) => [name, query([name])])), lists };
  }

  async function planned(): Promise<Plan | Trouble> {
    if (plan) return plan;
    const made = await look();
    if (!('trouble' in made)) plan = made;
    return made;
  }

  return {
    async read(id) {
      const made = await planned();
      if ('trouble' in made) return made;
      let answer = await ask(made.all ?? 'query ($id: ID!) { node(id: $id) { __typename id } }', { id });
      if ('trouble' in answer) return answer;
      if (made.all && !('node' in answer.data)) {
        made.all = null;
        return this.read(id);
      }
      const query = made.all ? undefined : made.one.get(typeOf(answer.data.node) ?? '');
      if (query) answer = await ask(query, { id });
      if ('trouble' in answer) return answer;
      const type = typeOf(answer.data.node);
      if (type) return { type, data: answer.data.node as Record<string, unknown> };
      const why = answer.errors[0] ?? 'WorkLink knows no such record.';
      // After an update of the CMS a field may be gone: next time it is looked again.
      if (!('node' in answer.data)) plan = undefined;
      return { trouble: 'absent', why };
    },

    async find(key, value) {
      const made = await planned();
      if ('trouble' in made) return made;
      const ids = new Set<string>();
      for (const { field } of made.lists.filter(({ filtered }) => filtered))
        for (const type of ['MATCH', 'CONTAINS']) {
          if (type === 'CONTAINS' && ids.size) continue;
          // The value goes as a literal: the variable's type would have to be named, and is only known by hearsay.
          const filter = `{type: "${type}", key: ${JSON.stringify(key)}, value: ${JSON.stringify(value)}}`;
          // oxlint-disable-next-line no-await-in-loop -- so many a second
          const answer = await ask(`{ ${field}(first: ${page}, externalData: ${filter}) { nodes { id } } }`);
          if ('trouble' in answer) return answer;
          const { nodes } = (answer.data[field] ?? {}) as { nodes?: ({ id?: unknown } | null)[] | null };
          for (const node of nodes ?? []) if (typeof node?.id === 'string') ids.add(node.id);
        }
      return [...ids];
    },
  };
}
