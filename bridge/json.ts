/** JSON from anybody: read so that neither its depth nor its names can do harm. */

/** Deeper than this is nobody's webhook, and readers that follow it down would run out of stack. */
const deepest = 64;

function tooDeep(text: string): boolean {
  let depth = 0;
  let inText = false;
  for (let n = 0; n < text.length; n += 1) {
    const c = text[n];
    if (inText) {
      if (c === '\\') n += 1;
      else if (c === '"') inText = false;
    } else if (c === '"') inText = true;
    else if (c === '{' || c === '[') {
      depth += 1;
      if (depth > deepest) return true;
    } else if (c === '}' || c === ']') depth -= 1;
  }
  return false;
}

/** @returns the value, or why there is none */
export function parseJson(body: Buffer): { value: unknown } | { fault: 'not-json' | 'too-deep' } {
  // TextDecoder takes the byte order mark away.
  const text = new TextDecoder().decode(body);
  if (tooDeep(text)) return { fault: 'too-deep' };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { fault: 'not-json' };
  }
}

const squashed = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/**
 * An object's own value by its name in any spelling: `resource-id`, `resource_id` and `resourceId` are one.
 * Undefined for anything that is no object; what it inherits does not count.
 */
export function own(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const wanted = squashed(name);
  for (const key of Object.keys(value)) if (squashed(key) === wanted) return (value as Record<string, unknown>)[key];
  return undefined;
}

/** Text or a number as text, without what PostgreSQL's text can't hold; undefined for anything else, and for none. */
export function textOf(value: unknown, longest = 512): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value).replaceAll('\u0000', '').toWellFormed().trim();
  return text && text.length <= longest ? text : undefined;
}

/** A value as JSON that PostgreSQL takes: its jsonb holds neither NUL nor half of a pair, in names as little as in text. */
export function storable(value: unknown): string {
  const clean = (text: string): string => text.replaceAll('\u0000', '').toWellFormed();
  return JSON.stringify(value, (_, each: unknown) => {
    if (typeof each === 'string') return clean(each);
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    return Object.fromEntries(Object.entries(each).map(([name, inner]) => [clean(name), inner]));
  });
}

export { squashed };
