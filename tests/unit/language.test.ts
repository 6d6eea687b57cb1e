/** Every language says everything, in its own words; every word that people see comes from the messages. */
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseSync } from 'vite';
import { counted } from '../../components/options/words.ts';
import type { Say } from '../../components/text.ts';
import { codes } from '../../lib/problems.ts';

type Messages = Record<string, { message: string; description?: string }>;
const read = (locale: string): Messages =>
  JSON.parse(readFileSync(`public/_locales/${locale}/messages.json`, 'utf8')) as Messages;

const english = read('en');
const others = readdirSync('public/_locales').filter((locale) => locale !== 'en');

/** Names, and words that are the same in that language. A word that is not here has been forgotten, not translated. */
const same: Record<string, string[]> = {
  de: [
    'Deskcall',
    'QR',
    'Pop',
    'Guest',
    'Tech',
    'Tech+',
    'Expert',
    'Headset',
    '$1 cm',
    'Desks',
    'Desk',
    'Name',
    'Link',
    'Asset',
    'Status',
    'Export',
    'Import',
    'Google Chrome',
    'Microsoft Edge',
    'Firefox',
    'Tab',
    'Awaken',
    'SystemId',
    'In Awaken: Admin, Plugins.',
    'Bridge',
    'Parameter',
    'Simulator',
    'Pops',
    'Token',
  ],
};

/** The forms that a language has for numbers, as in Unicode's plural rules. */
const formsOf = (locale: string): string[] =>
  new Intl.PluralRules(locale.replace('_', '-')).resolvedOptions().pluralCategories;

/** What stands before the forms of a sentence about a number; null for all other sentences. */
const aboutNumber = (key: string): string | null => {
  const [, base = ''] = /^(.+)_(?:zero|one|two|few|many|other)$/.exec(key) ?? [];
  return Object.hasOwn(english, `${base}_one`) && Object.hasOwn(english, `${base}_other`) ? base : null;
};

/** The keys that a language needs: those of English, with forms of its own. */
const keysOf = (locale: string): string[] => {
  const forms = formsOf(locale);
  const all = Object.keys(english).flatMap((key) => {
    const base = aboutNumber(key);
    return base === null ? [key] : forms.map((each) => `${base}_${each}`);
  });
  return [...new Set(all)].toSorted();
};

/** Sentences that lack a place which they have in English, or have one too many. */
function wrongPlaces(locale: string, messages: Messages): string[] {
  const rules = new Intl.PluralRules(locale.replace('_', '-'));
  return Object.entries(messages).flatMap(([key, { message }]) => {
    const base = aboutNumber(key);
    const wanted = places(english[base === null ? key : `${base}_other`]?.message ?? '');
    const found = places(message);
    if (wanted.join() === found.join()) return [];
    // A form for one number alone may say it in words.
    const numbers = Array.from({ length: 1000 }, (_, n) => n).filter((n) => `${base}_${rules.select(n)}` === key);
    return base !== null && numbers.length === 1 && found.every((place) => wanted.includes(place)) ? [] : [key];
  });
}

const places = (message: string): string[] => [...new Set(message.match(/\$\d/g))].toSorted();

test('there is a language besides English', () => expect(others).toContain('de'));

test('English says something under every key', () => {
  expect(Object.keys(english).filter((key) => !english[key]?.message.trim())).toEqual([]);
});

describe.each(others)('%s', (locale) => {
  const messages = read(locale);
  const both = Object.keys(english).filter((key) => Object.hasOwn(messages, key));
  const text = (key: string) => messages[key]?.message ?? '';

  test('has exactly the keys of English, with the forms for numbers that it needs', () => {
    expect(Object.keys(messages).toSorted()).toEqual(keysOf(locale));
  });

  test('says something under every key', () => expect(both.filter((key) => !text(key).trim())).toEqual([]));

  test('leaves the same places for values', () => {
    expect(wrongPlaces(locale, messages)).toEqual([]);
  });

  test('keeps what is said to those who translate', () => {
    expect(both.filter((key) => messages[key]?.description !== english[key]?.description)).toEqual([]);
  });

  test('has no English left', () => {
    const left = both.map(text).filter((message, n) => message === english[both[n] ?? '']?.message);
    expect([...new Set(left)].toSorted()).toEqual((same[locale] ?? []).toSorted());
  });

  /** Whoever speaks to the browser says what stands on the button (WCAG 2.5.3). */
  test('the whole name of a button has the button’s words', () => {
    const wrong = both.flatMap((key) => {
      const [, short = ''] = /^(.+)_name$/.exec(key) ?? [];
      const says = (one: string) => text(one).toLocaleLowerCase(locale);
      return places(text(key)).length > 0 && Object.hasOwn(messages, short) && !says(key).includes(says(short))
        ? [key]
        : [];
    });
    expect(wrong).toEqual([]);
  });

  test('names itself, as browsers know it', () => {
    expect(text('locale')).toBe(locale.replace('_', '-'));
    expect(Intl.getCanonicalLocales(text('locale'))).toEqual([text('locale')]);
  });
});

/** Polish says few and many; made up here, so that a language with more forms than ours is known to fit. */
describe('a language with more forms for numbers', () => {
  const polish = (key: string) =>
    key === 'locale'
      ? { message: 'pl' }
      : {
          message: places(english[aboutNumber(key) === null ? key : `${aboutNumber(key)}_other`]?.message ?? '').join(
            ' ',
          ),
        };
  const messages: Messages = Object.fromEntries(keysOf('pl').map((key) => [key, polish(key)]));
  messages.o_tables_rows_one = { message: 'jeden wiersz' };
  messages.o_tables_rows_few = { message: '$1 wiersze' };
  messages.o_tables_rows_many = { message: '$1 wierszy' };
  messages.o_tables_rows_other = { message: '$1 wiersza' };
  const say: Say = (key, ...values) => {
    const text = messages[key]?.message;
    if (text === undefined) throw new Error(`no text for ${key}`);
    return text.replace(/\$(\d)/g, (_, n: string) => values[Number(n) - 1] ?? '');
  };

  test.each([
    [1, 'jeden wiersz'],
    [2, '2 wiersze'],
    [5, '5 wierszy'],
    [12, '12 wierszy'],
    [22, '22 wiersze'],
    [1.5, '1.5 wiersza'],
  ])('%d: %s', (n, words) => expect(counted(say, 'o_tables_rows', n)).toBe(words));

  test('needs a sentence for each of them', () => {
    expect(keysOf('pl')).toEqual(
      expect.arrayContaining(['o_rules_few', 'o_rules_many', 'o_rules_one', 'o_rules_other']),
    );
    expect(keysOf('de')).not.toContain('o_rules_few');
  });

  test('needs the number wherever a form stands for several', () => {
    expect(wrongPlaces('pl', messages)).toEqual([]);
    expect(wrongPlaces('pl', { o_tables_rows_few: { message: 'wiersze' } })).toEqual(['o_tables_rows_few']);
    // In Lithuanian 21 is written like 1.
    expect(wrongPlaces('lt', { o_tables_rows_one: { message: 'viena' } })).toEqual(['o_tables_rows_one']);
  });
});

test('German stands in German quotation marks, and without typewriter’s ones', () => {
  const wrong = Object.entries(read('de')).flatMap(([key, { message }]) =>
    // What is typed into a field keeps the quotation marks that are typed.
    /["'”’‘]/.test(message.replace(/= "[^"]*"/g, '')) || message.split('„').length !== message.split('“').length
      ? [key]
      : [],
  );
  expect(wrong).toEqual([]);
});

type Node = { type: string; start: number; [part: string]: unknown };
const isNode = (value: unknown): value is Node => typeof (value as Node | null)?.type === 'string';

/** All nodes below, and itself. */
function* walk(node: Node): Generator<Node> {
  yield node;
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* walk(child);
}

const sources = globSync(['components/**/*.{ts,tsx}', 'entrypoints/**/*.{ts,tsx}', 'lib/**/*.ts']).map((file) => {
  const code = readFileSync(file, 'utf8');
  const { program } = parseSync(file, code);
  const nodes = [...walk(program as unknown as Node)];
  const line = ({ start }: Node) => `${file}:${code.slice(0, start).split('\n').length}`;
  return { file, nodes, line };
});

/** What an expression may come to: the ends of its branches, without what these are chosen by. */
function ends(node: Node): Node[] {
  const below = (...parts: string[]) => parts.flatMap((part) => ends(node[part] as Node));
  if (node.type === 'ConditionalExpression') return below('consequent', 'alternate');
  if (node.type === 'LogicalExpression') return below('left', 'right');
  if (node.type === 'TSAsExpression' || node.type === 'ParenthesizedExpression') return below('expression');
  return [node];
}

const literal = (node: Node): string | null =>
  node.type === 'Literal' && typeof node.value === 'string' ? node.value : null;

/** The keys that a template may come to: what is filled in has letters, digits and dashes made underlines. */
function pattern(node: Node): RegExp | null {
  if (node.type !== 'TemplateLiteral') return null;
  const fixed = (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked);
  return fixed.every((text) => /^\w*$/.test(text)) && fixed.join('') ? RegExp(`^${fixed.join('\\w+')}$`) : null;
}

/** `counted` is asked for a sentence without its forms, as its second argument. */
const isCounted = ({ type, callee }: Node): boolean =>
  type === 'CallExpression' && (callee as { name?: string }).name === 'counted';

const isAsked = ({ type, callee }: Node): boolean => {
  const { type: kind, name, property } = (callee ?? {}) as Node & { name?: string; property?: { name?: string } };
  return (
    type === 'CallExpression' &&
    ((kind === 'Identifier' && name === 'say') || (kind === 'MemberExpression' && property?.name === 'getMessage'))
  );
};

/** What the constants of a file may come to, by their names. */
const constants = (nodes: Node[]): Map<string, Node[]> => {
  const found = new Map<string, Node[]>();
  for (const { type, id, init } of nodes) {
    const { name } = (id ?? {}) as { name?: string };
    if (type === 'VariableDeclarator' && name && isNode(init))
      found.set(name, [...(found.get(name) ?? []), ...ends(init)]);
  }
  return found;
};

/** Every first argument of `say` and `getMessage`. Two modules have a `say` of their own, for other things. */
const asked = sources
  .filter(({ file }) => !['lib/problems.ts', 'lib/redact.ts'].includes(file))
  .flatMap(({ nodes, line }) => {
    const named = constants(nodes);
    return nodes
      .filter((node) => isAsked(node) || isCounted(node))
      .flatMap((call) => {
        const [first] = (call.arguments as Node[]).slice(isCounted(call) ? 1 : 0);
        const keys = first ? ends(first) : [];
        return keys
          .flatMap((key) => (key.type === 'Identifier' ? (named.get(key.name as string) ?? []) : [key]))
          .map((key) => ({ key, line: line(call), numbered: isCounted(call) }));
      });
  });

/** Keys that {@link counted} may be asked for. */
const bases = Object.keys(english).flatMap((key) => aboutNumber(key) ?? []);

describe('keys', () => {
  const keys = Object.keys(english);

  test('are found in the sources, in every way they are asked for', () => {
    const found = asked.map(({ key }) => literal(key) ?? pattern(key)?.source);
    expect(found).toEqual(expect.arrayContaining(['call', 'o_link_missing', '^o_\\w+_title$']));
    expect(found.length).toBeGreaterThan(300);
  });

  test('that are asked for exist', () => {
    const missing = asked.flatMap(({ key, line, numbered }) => {
      const name = literal(key);
      const some = pattern(key);
      const known = numbered ? bases : keys;
      if (name !== null) return known.includes(name) || name.startsWith('@@') ? [] : [`${line} ${name}`];
      return some && !known.some((each) => some.test(each)) ? [`${line} ${some.source}`] : [];
    });
    expect(missing).toEqual([]);
  });

  test('say all that can be wrong with a value', () => {
    const said = keys.flatMap((key) => /^o_wrong_(.+)$/.exec(key)?.[1] ?? []);
    expect(said.toSorted()).toEqual([...codes].toSorted());
  });

  /** Keys also wait in tables and are handed on; there, a single word could mean anything. */
  test('are asked for', () => {
    const all = sources.flatMap(({ nodes }) => nodes);
    const named = new Set([
      ...asked.map(({ key }) => literal(key)),
      ...all.map(literal).filter((text) => text?.includes('_')),
      ...[...readFileSync('wxt.config.ts', 'utf8').matchAll(/__MSG_(\w+)__/g)].map(([, key]) => key),
    ]);
    const patterns = all.map(pattern).filter((some) => some !== null);
    const unasked = keys.filter((key) => {
      const name = aboutNumber(key) ?? key;
      return !named.has(name) && !patterns.some((some) => some.test(name));
    });
    expect(unasked).toEqual([]);
  });
});

describe('what people see', () => {
  /** Names and commands stay what they are. */
  const names = new Set(['Deskcall', 'npm run build:fleet -- settings.json']);
  const spoken = new Set([
    'aria-label',
    'aria-description',
    'aria-roledescription',
    'alt',
    'placeholder',
    'title',
    'label',
    'content',
  ]);
  const worded = (text: unknown) => typeof text === 'string' && /\p{L}{2}/u.test(text) && !names.has(text.trim());

  test('comes from the messages: no text and no label stands in the code', () => {
    const found = sources.flatMap(({ nodes, line }) =>
      nodes.flatMap((node) => {
        if (node.type === 'JSXText') return worded(node.value) ? [`${line(node)} ${String(node.value).trim()}`] : [];
        if (node.type === 'JSXElement' || node.type === 'JSXFragment') {
          const said = (node.children as Node[]).flatMap(({ type, expression }) =>
            type === 'JSXExpressionContainer' ? ends(expression as Node) : [],
          );
          return said.flatMap((each) => (worded(literal(each)) ? [`${line(each)} ${literal(each)}`] : []));
        }
        if (node.type !== 'JSXAttribute' || !spoken.has((node.name as { name: string }).name)) return [];
        const value = node.value as Node | null;
        if (!value) return [];
        const said = value.type === 'JSXExpressionContainer' ? ends(value.expression as Node) : [value];
        return said.flatMap((each) => (worded(literal(each)) ? [`${line(each)} ${literal(each)}`] : []));
      }),
    );
    expect(found).toEqual([]);
  });

  /** The system's way may be another than the sentence's around it. */
  test('is counted and dated in the language it stands in', () => {
    const found = sources.flatMap(({ nodes, line }) =>
      nodes.flatMap((node) => {
        const { type, property } = (node.callee ?? {}) as { type?: string; property?: { name?: string } };
        if (node.type !== 'CallExpression' || type !== 'MemberExpression') return [];
        if (!/^toLocale(|Date|Time)String$/.test(property?.name ?? '')) return [];
        const [first] = node.arguments as (Node & { name?: string })[];
        return !first || first.name === 'undefined' ? [line(node)] : [];
      }),
    );
    expect(found).toEqual([]);
  });
});
