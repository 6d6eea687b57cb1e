/**
 * What can be wrong with a value of the settings, as codes: the words for them are messages (`o_wrong_…`), so that each
 * person reads them in their own language. What zod finds gets these codes too.
 */
import type * as z from 'zod';

/** In the order in which they are met: shapes, names and texts, addresses, links, what belongs together, policy. */
export const codes = [
  'not_settings',
  'not_list',
  'missing',
  'type_array',
  'type_object',
  'type_string',
  'type_boolean',
  'type_number',
  'unfit',
  'unknown',
  'unknown_meant',
  'empty',
  'long',
  'many',
  'low',
  'high',
  'one_of',
  'name',
  'id',
  'key',
  'month',
  'time',
  'zone',
  'hours_same',
  'hours_midnight',
  'host_name',
  'origin',
  'system_id',
  'param_letters',
  'param_reserved',
  'reading_one',
  'value_one',
  'custom_desk',
  'aim',
  'link_place',
  'reference_needs',
  'reference_holds',
  'param_twice',
  'json_cut',
  'json',
  'selector',
  'pattern_start',
  'pattern_brace',
  'pattern_side',
  'pattern_wild',
  'pattern_group',
  'pattern_class',
  'pattern_gap',
  'pattern_twice',
  'address_none',
  'address_user',
  'address_hash',
  'address_scheme',
  'address_local',
  'link_letters',
  'link_resource',
  'link_scheme',
  'link_none',
  'link_user',
  'link_host',
  'twice',
  'row_twice',
  'gone_target',
  'gone_table',
  'gone_product',
  'no_address',
  'secret',
  'locked',
] as const;
export type Code = (typeof codes)[number];

/** What became of it: `left`, with the path that was left out; all else says it by itself. */
export type Outcome = 'left' | 'preset' | 'deferred' | 'first' | 'stays';

/** One thing that is wrong; `with` are the values that its sentence has places for. */
export type Wrong = { code: Code; with?: string[] };

/** One value that is wrong; `path` is where it stands, `contacts[2].link`, and empty for the whole. */
export type SettingsProblem = { path: string } & Wrong & { outcome?: { code: Outcome; with?: string[] } };

/** A path as it is written in JavaScript. */
export const spell = (path: readonly PropertyKey[]): string =>
  path.map((step, n) => (typeof step === 'number' ? `[${step}]` : `${n ? '.' : ''}${String(step)}`)).join('');

/** A code where zod wants a message. */
export const code = (name: Code): string => name;

/** As {@link code}, for what a check adds by itself. */
export const issue = ({ code: message, with: values = [] }: Wrong) => ({
  code: 'custom' as const,
  message,
  params: { with: values },
});

const isCode = (text: string): text is Code => (codes as readonly string[]).includes(text);

const types: Record<string, Code> = {
  array: 'type_array',
  object: 'type_object',
  record: 'type_object',
  string: 'type_string',
  boolean: 'type_boolean',
  number: 'type_number',
  int: 'type_number',
};

type Issue = z.core.$ZodIssue;

/**
 * What zod found, one of them for each name that is not known.
 * @param names all that could have been meant, for whoever mistyped one
 */
export function problemsOf(found: Issue, names: readonly string[] = [], above: PropertyKey[] = []): SettingsProblem[] {
  const path = [...above, ...found.path];
  const say = (what: Code, ...values: string[]): SettingsProblem[] => [
    { path: spell(path), code: what, ...(values.length ? { with: values } : {}) },
  ];
  if (isCode(found.message)) return say(found.message, ...givenWith(found));
  switch (found.code) {
    case 'invalid_type':
      return say(found.input === undefined ? 'missing' : (types[found.expected] ?? 'unfit'));
    case 'unrecognized_keys':
      return found.keys.map((key) => ({ path: spell([...path, key]), ...unknown(key, names) }));
    case 'too_big': {
      const what = found.origin === 'string' ? 'long' : found.origin === 'array' ? 'many' : 'high';
      return say(what, String(found.maximum));
    }
    case 'too_small':
      return found.origin === 'string' || found.origin === 'array' ? say('empty') : say('low', String(found.minimum));
    case 'invalid_value':
      return found.input === undefined ? say('missing') : say('one_of', found.values.map(String).join(', '));
    case 'invalid_union':
      return ofUnion(found.errors).flatMap((each) => problemsOf(each, names, path));
    case 'invalid_key':
      return found.issues.flatMap((each) => problemsOf(each, names, path));
    default:
      return say('unfit');
  }
}

function givenWith(found: Issue): string[] {
  const values: unknown = found.code === 'custom' ? found.params?.with : undefined;
  return Array.isArray(values) ? values.map(String) : [];
}

/** Of the forms that a value may have, whichever came nearer says what is wrong; the first, where none did. */
function ofUnion(errors: readonly Issue[][]): readonly Issue[] {
  const other = (one: Issue) => !one.path.length && (one.code === 'invalid_type' || one.code === 'invalid_value');
  const near = errors.filter((each) => !each.some(other));
  return near.toSorted((a, b) => a.length - b.length)[0] ?? errors[0] ?? [];
}

function unknown(key: string, names: readonly string[]): Wrong {
  const near = names.find(
    (name) => name !== key && distance(name, key.toLowerCase()) <= Math.min(2, Math.ceil(name.length / 3)),
  );
  return near === undefined ? { code: 'unknown' } : { code: 'unknown_meant', with: [near] };
}

/** Letters to change, add or take away to make one word of another (Levenshtein). */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next.push(
        Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}
