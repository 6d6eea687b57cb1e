/** What is written to the case: plain text, internal, with a marker by which it is found again. */
import { createHash } from 'node:crypto';
import type { Found } from './worklink.ts';

/** What is known of a session, whatever the schema calls it. */
export type Facts = {
  type: string;
  startedAt?: Date;
  endedAt?: Date;
  milliseconds?: number;
  outcome?: string;
  people: string[];
};

const dateOf = (value: unknown): Date | undefined => {
  const date = typeof value === 'string' ? new Date(value) : undefined;
  // Some desks and servers write 1970 for "not yet".
  return date && date.getTime() > 0 ? date : undefined;
};

/** Text of others, as one line of a note. */
const line = (value: unknown, longest = 80): string =>
  typeof value === 'string'
    ? value
        .toWellFormed()
        .replaceAll(/[\p{C}\p{Z}]+/gu, ' ')
        .trim()
        .slice(0, longest)
    : '';

const nameOf = (person: unknown): string => line((person as { name?: unknown } | null)?.name);

export function factsOf({ type, data }: Found): Facts {
  const startedAt = dateOf(data.startedAt) ?? dateOf(data.createdAt);
  const endedAt = dateOf(data.endedAt) ?? dateOf(data.finishedAt);
  // Its own `duration` may be in seconds or milliseconds; the two times can't be mistaken.
  const milliseconds = startedAt && endedAt ? Math.max(0, endedAt.getTime() - startedAt.getTime()) : undefined;
  const lists = ['participants', 'users', 'members'].flatMap((name) => {
    const { nodes } = (data[name] ?? {}) as { nodes?: unknown };
    return Array.isArray(nodes) ? (nodes as unknown[]) : [];
  });
  const people = [data.caller, data.initiator, data.host, data.callee, data.user, ...lists].map(nameOf).filter(Boolean);
  const outcome = line(data.state) || line(data.status);
  return {
    type,
    people: [...new Set(people)].slice(0, 20),
    ...(startedAt && { startedAt }),
    ...(endedAt && { endedAt }),
    ...(milliseconds !== undefined && { milliseconds }),
    ...(outcome && { outcome }),
  };
}

/** `12 min 5 s`; hours as well from one on. */
export function lengthOf(milliseconds: number): string {
  const all = Math.round(milliseconds / 1000);
  const [h, min, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  return [h && `${h} h`, (h || min) && `${min} min`, `${s} s`].filter(Boolean).join(' ');
}

/** The same for the same session on the same case, whoever computes it; nothing can be read from it. */
export const markerOf = (...key: string[]): string =>
  `WL-${createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 16)}`;

const minutes = (date: Date): string => `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** @param remark what the reader has to know besides */
export function noteOf(facts: Facts, marker: string, remark?: string): string {
  const { type, startedAt, milliseconds, people, outcome } = facts;
  return [
    /scenario/i.test(type) ? 'WorkLink scenario session' : 'WorkLink call',
    startedAt && `Started: ${minutes(startedAt)}`,
    milliseconds !== undefined && `Length: ${lengthOf(milliseconds)}`,
    people.length > 0 && `With: ${people.join(', ')}`,
    outcome && `Outcome: ${outcome}`,
    remark && `Note: ${remark}`,
    `[${marker}]`,
  ]
    .filter(Boolean)
    .join('\n');
}
