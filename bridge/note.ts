/** What is written to the case: plain text, internal, with a marker by which it is found again. */
import { createHash } from 'node:crypto';
import { fillText, namesIn } from './desks/template.ts';
import { textOf } from './json.ts';
import type { Found } from './worklink.ts';

/** What is known of a session, whatever the schema calls it. */
export type Facts = {
  type: string;
  startedAt?: Date;
  endedAt?: Date;
  milliseconds?: number;
  outcome?: string;
  people: string[];
  /** Of a scenario session: how many steps were seen, of how many, where that is known. */
  steps?: string;
  /** How many photos were taken in it. */
  photos?: number;
  /** Its number in the CMS, where the schema has one. */
  databaseId?: string;
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

const nodesOf = (list: unknown): Record<string, unknown>[] => {
  const { nodes } = (list ?? {}) as { nodes?: unknown };
  return (Array.isArray(nodes) ? (nodes as unknown[]) : []).filter(
    (node): node is Record<string, unknown> => typeof node === 'object' && node !== null,
  );
};

/** `3 of 5`, as far as it is known. */
function stepsOf({ numberOfStepsViewed, numberOfStepsPossible, completedSteps }: Record<string, unknown>): string {
  const done = typeof numberOfStepsViewed === 'number' ? numberOfStepsViewed : nodesOf(completedSteps).length;
  const all = typeof numberOfStepsPossible === 'number' ? ` of ${numberOfStepsPossible}` : '';
  return done || all ? `${done}${all}` : '';
}

const nameOf = (person: unknown): string => line((person as { name?: unknown } | null)?.name);

export function factsOf({ type, data }: Found): Facts {
  const startedAt = dateOf(data.startedAt) ?? dateOf(data.createdAt);
  const endedAt = dateOf(data.endedAt) ?? dateOf(data.finishedAt);
  // Its own `duration` may be in seconds or milliseconds; the two times can't be mistaken.
  const milliseconds = startedAt && endedAt ? Math.max(0, endedAt.getTime() - startedAt.getTime()) : undefined;
  const lists = ['participants', 'users', 'members'].flatMap((name) => nodesOf(data[name]));
  // Others may go on with a session: each part is somebody's.
  const parts = nodesOf(data.parts).map(({ createdBy }) => createdBy);
  const all = [data.caller, data.initiator, data.host, data.callee, data.user, ...lists, ...parts];
  const people = all.map(nameOf).filter(Boolean);
  const steps = stepsOf(data);
  const photos = nodesOf(data.events).filter(({ photo }) => photo).length;
  const outcome = line(data.state) || line(data.status);
  const databaseId = textOf(data.databaseId, 40);
  return {
    type,
    people: [...new Set(people)].slice(0, 20),
    ...(startedAt && { startedAt }),
    ...(endedAt && { endedAt }),
    ...(milliseconds !== undefined && { milliseconds }),
    ...(outcome && { outcome }),
    ...(steps && { steps }),
    ...(photos > 0 && { photos }),
    ...(databaseId && { databaseId }),
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

const clock = (date: Date | undefined): string =>
  date ? `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC` : '';

/** What a template may say of a session. Numbers stay numbers where a field is to hold one. */
export type Told = Record<(typeof noteNames)[number], string | number>;
export const noteNames = [
  'what',
  'started',
  'ended',
  'length',
  'minutes',
  'seconds',
  'people',
  'outcome',
  'steps',
  'photos',
  'remark',
  'link',
  'number',
  'case',
  'session',
] as const;

export function tell(
  facts: Facts,
  more: { case: string; number?: string; session: string; remark?: string; link?: string },
): Told {
  const { type, startedAt, endedAt, milliseconds, people, outcome = '' } = facts;
  const scenario = /scenario/i.test(type);
  return {
    what: `WorkLink ${scenario ? 'scenario session' : 'call'}${endedAt ? '' : ' has begun'}`,
    started: clock(startedAt),
    ended: clock(endedAt),
    length: milliseconds === undefined ? '' : lengthOf(milliseconds),
    // Begun minutes, as they are worked.
    minutes: milliseconds === undefined ? '' : Math.ceil(milliseconds / 60_000),
    seconds: milliseconds === undefined ? '' : Math.round(milliseconds / 1000),
    people: people.join(', '),
    outcome,
    steps: facts.steps ?? '',
    photos: facts.photos ?? '',
    remark: more.remark ?? '',
    link: more.link ?? '',
    number: line(more.number ?? more.case),
    case: line(more.case),
    session: line(more.session, 200),
  };
}

const standard = `{{what}}
Started: {{started}}
Length: {{length}}
With: {{people}}
Outcome: {{outcome}}
Steps: {{steps}}
Photos: {{photos}}
Note: {{remark}}
{{link}}`;

/**
 * The note as it is written. A line whose placeholders all stand for nothing is left out. What a reader has to know, and
 * the marker, are in it whatever the template says.
 * @param template lines with `{{names}}` of {@link noteNames}
 */
export function noteOf(told: Told, marker: string, template: string = standard): string {
  const lines = template.split('\n').flatMap((each) => {
    const names = namesIn(each);
    return names.length && names.every((name) => !Object.hasOwn(told, name) || told[name as keyof Told] === '')
      ? []
      : [fillText(each, told)];
  });
  if (told.remark && !namesIn(template).includes('remark')) lines.push(`Note: ${told.remark}`);
  return [...lines, `[${marker}]`].join('\n');
}
