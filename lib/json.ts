/** Where values stand in a JSON text, which the parser does not tell. */

const token = /"(?:[^"\\]|\\.)*"|[[\]{},:]|\n|[^\s[\]{},:"]+/g;

/**
 * @param text JSON that was parsed without an error
 * @param wanted whether a value matters, by its path as `contacts[2].link`
 * @returns the lines on which these values begin, from 1
 */
export function linesOf(text: string, wanted: (path: string) => boolean): Map<string, number> {
  const found = new Map<string, number>();
  const open: { path: string; at: number | null }[] = [];
  let line = 1;
  /** The name that was read last, until its value comes. */
  let name: string | null = null;
  for (const [part] of text.matchAll(token)) {
    if (part === '\n') line += 1;
    const inside = open.at(-1);
    if (/^[\n:]$/.test(part)) continue;
    if (part === ',') {
      if (inside && inside.at !== null) inside.at += 1;
    } else if (part === ']' || part === '}') open.pop();
    else if (inside?.at === null && name === null) name = String(JSON.parse(part));
    else {
      const own: string = inside ? (inside.at === null ? `${inside.path && '.'}${name}` : `[${inside.at}]`) : '';
      const path: string = (inside?.path ?? '') + own;
      name = null;
      if (wanted(path) && !found.has(path)) found.set(path, line);
      if (part === '[' || part === '{') open.push({ path, at: part === '[' ? 0 : null });
    }
  }
  return found;
}
