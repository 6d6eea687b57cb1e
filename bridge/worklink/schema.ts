/**
 * WorkLink's schema, which nobody has published: it is asked what it has, and queries are made of that.
 *
 * Outside facts: the contract's §3.3 (connections need `first`, at most 100, better 25 for what is heavy; further pages by
 * `after`, or by `afterIndex`; `orderBy: { attribute, direction }`) and §3.4, §5 #8, #15, #16 (names by version).
 */
import type { Client, Trouble } from './client.ts';

/** What a session may be called. */
const sessionTypes = ['Call', 'CallSession', 'ScenarioSession'];
/** Lists of sessions, at the root. */
const listNames = /^(calls|callSessions|scenarioSessions)$/;

/**
 * Fields worth having, by name; those that exist are asked for. Not the addresses of photos and recordings: they run out,
 * and until then whoever has one may look.
 */
const wanted = new Set(
  `id databaseId name type state status sessionType startedAt endedAt finishedAt createdAt updatedAt duration
   idleDuration numberOfStepsPossible numberOfStepsViewed percentOfStepsViewed externalData eventData caller callee
   initiator host user users participants members attachments recordings screenshots parts completedSteps events
   createdBy scenarioStep scenarioSequence orderIndex scenarioRelease scenario version photo fileName
   key value nodes pageInfo hasNextPage endCursor totalCount`.split(/\s+/),
);
/** Of these it is enough that they are there. */
const present = new Set(['photo']);
/** A session's parts' people's names: no deeper. */
const deepest = 4;
export const heavyPage = 25;
export const lightPage = 100;

type Ref = { kind: string; name: string | null; ofType?: Ref | null };
type Field = { name: string; args: { name: string; type: Ref }[]; type: Ref };
type Type = { name: string; fields: Field[] | null; inputFields?: { name: string }[] | null };

/** How further pages of a list are asked for; none, where it has no way. */
export type Paging = { by?: 'after' | 'afterIndex'; size: number };

/** A list of sessions at the root. */
export type List = Paging & {
  field: string;
  /** By external data. */
  filtered: boolean;
  /** What it can be ordered by, best first; undefined where it can't. What was refused is taken away. */
  orders: string[];
  /** What is asked of the list. */
  selection: string;
};

/** `all`: the query for a record of any type; null where fields of one name differ in type, which GraphQL refuses. */
export type Plan = {
  all: string | null;
  one: Map<string, string>;
  lists: List[];
  /** The names of sessions' types that there are; and of what has to do with webhooks, among queries and mutations. */
  types: string[];
  /** Those of them that have no field for their end: a note is written when that is there. */
  endless: string[];
  webhooks: string[];
  /** What asks for the topics of webhooks, where there is such a list. */
  topics?: string;
  /** The lists within a record, by its type, with how their further pages are asked for. */
  inner: Map<string, { field: string; paging: Paging; query: (args: string) => string }[]>;
};

const refParts = 'kind name ofType { kind name ofType { kind name ofType { kind name } } }';
const fieldParts = `name args { name type { ${refParts} } } type { ${refParts} }`;

const bare = (ref: Ref): Ref => (ref.ofType ? bare(ref.ofType) : ref);
const plain = (ref: Ref): boolean => ['SCALAR', 'ENUM'].includes(bare(ref).kind);
const takes = (field: Field, name: string): boolean => field.args.some((arg) => arg.name === name);
/** A field that can be asked for without knowing more than how many are wanted. */
const askable = ({ name, args }: Field): boolean =>
  wanted.has(name) && args.every((arg) => arg.type.kind !== 'NON_NULL' || arg.name === 'first');

const pagingOf = (field: Field, size: number): Paging => {
  const by = (['after', 'afterIndex'] as const).find((name) => takes(field, name));
  return { size, ...(by && { by }) };
};

/** @returns the plan, or why there is none */
export async function look(ask: Client['ask']): Promise<Plan | Trouble> {
  const types = new Map<string, Type>();
  /** Adds what is not known yet. */
  async function learn(names: (string | null)[]): Promise<Type[] | Trouble> {
    const next = [...new Set(names)].filter((name): name is string => name !== null && !types.has(name));
    if (!next.length) return [];
    const asked = next.map(
      (name, n) =>
        `t${n}: __type(name: ${JSON.stringify(name)}) { name fields { ${fieldParts} } inputFields { name } }`,
    );
    const answer = await ask(`{ ${asked.join(' ')} }`);
    if ('trouble' in answer) return answer;
    const found = Object.values(answer.data).filter((each): each is Type => each !== null);
    for (const type of found) types.set(type.name, type);
    return found;
  }

  let next: (string | null)[] = sessionTypes;
  for (let depth = 0; depth <= deepest && next.length; depth += 1) {
    // oxlint-disable-next-line no-await-in-loop -- each level names the next
    const found = await learn(next);
    if ('trouble' in found) return found;
    next = found.flatMap(({ fields }) =>
      (fields ?? []).filter((field) => askable(field) && !plain(field.type)).map(({ type }) => bare(type).name),
    );
  }
  const known = sessionTypes.filter((name) => types.has(name));
  if (!known.length)
    return { trouble: 'passing', why: "WorkLink's schema has no type of sessions, or the token may not see it." };

  const partOf = (field: Field, depth: number, args = `first: ${heavyPage}`): string => {
    if (plain(field.type)) return field.name;
    const inner = present.has(field.name) ? '__typename' : depth > 1 ? parts(bare(field.type).name, depth - 1) : '';
    return inner ? `${field.name}${takes(field, 'first') ? `(${args})` : ''} { ${inner} }` : '';
  };
  const parts = (name: string | null, depth: number): string =>
    ((name && types.get(name)?.fields) || [])
      .filter(askable)
      .map((field) => partOf(field, depth))
      .filter(Boolean)
      .join(' ');
  const query = (names: string[], of: (name: string) => string): string =>
    `query ($id: ID!) { node(id: $id) { __typename id ${names.map((name) => `... on ${name} { ${of(name)} }`).join(' ')} } }`;

  const answer = await ask(`{ __schema { queryType { fields { ${fieldParts} } } mutationType { fields { name } } } }`);
  if ('trouble' in answer) return answer;
  const { queryType, mutationType } = (answer.data.__schema ?? {}) as {
    queryType?: { fields?: Field[] };
    mutationType?: { fields?: { name: string }[] } | null;
  };
  const roots = (queryType?.fields ?? []).filter(({ name }) => listNames.test(name));
  const orderOf = (field: Field) => field.args.find(({ name }) => name === 'orderBy')?.type;
  const learnt = await learn(
    roots.flatMap((field) => [bare(field.type).name, orderOf(field) ? bare(orderOf(field) as Ref).name : null]),
  );
  if ('trouble' in learnt) return learnt;

  const list = (field: Field): List => {
    const of = types.get(bare(field.type).name ?? '')?.fields ?? [];
    const nodes = of.find(({ name }) => name === 'nodes');
    const has = new Set((types.get((nodes && bare(nodes.type).name) ?? '')?.fields ?? []).map(({ name }) => name));
    const order = orderOf(field);
    const inputs = (order && types.get(bare(order).name ?? '')?.inputFields) ?? [];
    const ordered = ['attribute', 'direction'].every((name) => inputs.some((input) => input.name === name));
    const times = ['startedAt', 'createdAt', 'updatedAt'].filter((name) => has.has(name));
    const around = of.flatMap(({ name }) =>
      name === 'pageInfo' ? ['pageInfo { hasNextPage endCursor }'] : name === 'totalCount' ? [name] : [],
    );
    return {
      field: field.name,
      filtered: takes(field, 'externalData'),
      ...pagingOf(field, lightPage),
      orders: ordered ? ['updatedAt', 'startedAt'].filter((name) => has.has(name)) : [],
      selection: `nodes { id ${times.join(' ')} } ${around.join(' ')}`,
    };
  };

  const webhooks = [...(queryType?.fields ?? []), ...(mutationType?.fields ?? [])]
    .map(({ name }) => name)
    .filter((name) => /webhook/i.test(name));
  const topics = (queryType?.fields ?? []).find(({ name }) => /^webhookTopics$/i.test(name));

  return {
    types: known,
    endless: known.filter((name) => !types.get(name)?.fields?.some((field) => /^(ended|finished)At$/.test(field.name))),
    webhooks,
    ...(topics && {
      topics: `{ ${topics.name}${takes(topics, 'first') ? `(first: ${lightPage})` : ''} { nodes { key version } } }`,
    }),
    all: query(known, (name) => parts(name, deepest)),
    one: new Map(known.map((name) => [name, query([name], () => parts(name, deepest))])),
    lists: roots.map(list),
    inner: new Map(
      known.map((name) => [
        name,
        (types.get(name)?.fields ?? [])
          .filter((field) => askable(field) && takes(field, 'first'))
          .map((field) => ({
            field: field.name,
            paging: pagingOf(field, heavyPage),
            query: (args: string) => query([name], () => partOf(field, deepest, args)),
          })),
      ]),
    ),
  };
}
