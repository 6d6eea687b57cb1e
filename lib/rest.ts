/** What a desk's own API says of a record, laid over what its page says. */
import { plain, zoned } from './desks/custom.ts';
import { fieldNames, type Findings, type Ref, type Told } from './model.ts';

/**
 * @param told what the API said; null: it gave nothing. Values of another record are dropped, and the problem is named.
 * @returns the findings with the API's values in place of the page's, each with its source
 */
export function withTold(found: Findings, told: Told | null): Findings {
  const { ref } = found;
  // Where address and page disagree, a person says first which record is meant.
  if (!ref || found.shown !== undefined) return found;
  if (told?.id !== ref.id) {
    const message = told
      ? `The desk's own API answered with another record, ${told.id}.`
      : "The desk's own API gave nothing for this record.";
    return { ...found, problems: [...found.problems, { code: 'rest', message }] };
  }
  const sources = { ...found.sources };
  const values = { ...found.values };
  const fields = { ...found.fields };
  const put = (name: string, value: unknown, set: (text: string) => void): void => {
    const text = typeof value === 'number' || typeof value === 'string' ? plain(String(value)) : '';
    if (!text) return;
    set(text);
    sources[name] = 'rest';
  };
  const next: Ref = { ...ref };
  if (ref.number === undefined || sources.number !== 'url') put('number', told.number, (text) => (next.number = text));
  for (const field of fieldNames)
    put(field, told.values[field], (text) => {
      values[field] = field === 'opened' ? zoned(text) : text;
    });
  for (const [label, value] of Object.entries(told.fields ?? {}))
    put(`fields.${label}`, value, (text) =>
      Object.defineProperty(fields, label, { value: text, enumerable: true, configurable: true, writable: true }),
    );
  return { ...found, ref: next, values, fields, sources, confirmed: true };
}
