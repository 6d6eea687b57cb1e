/**
 * Who WorkLink connects with whom: data that an admin can correct.
 *
 * Outside facts, read in Scope AR's help centre (articles 360037870732 and 10774947418765) and tried on no WorkLink:
 * guests and experts call each other; techs and experts; Tech+ each other and experts; experts everybody. A call is
 * recorded only if an expert placed it.
 */
import type { Licence } from './model.ts';

export const licences: readonly Licence[] = ['guest', 'tech', 'tech-plus', 'expert'];

/**
 * How it is known that two licences are not connected. `help`: the vendor's help centre says so; `tried`: somebody has
 * tried it on the company's WorkLink; `assumed`: neither.
 */
export const evidences = ['help', 'tried', 'assumed'] as const;
export type Evidence = (typeof evidences)[number];

/** Calls of this licence to that one are refused by WorkLink. `why`: the admin's own words about it. */
export type Refusal = { from: Licence; to: Licence; evidence: Evidence; why?: string | undefined };

const connected: Record<Licence, readonly Licence[]> = {
  guest: ['expert'],
  tech: ['expert'],
  'tech-plus': ['tech-plus', 'expert'],
  expert: licences,
};

/** What the vendor's help centre says, the other way round: pairs that it does not name. */
export const refusalsByHelp: readonly Refusal[] = licences.flatMap((from) =>
  licences.filter((to) => !connected[from].includes(to)).map((to): Refusal => ({ from, to, evidence: 'help' })),
);

/** @returns null if nothing speaks against the call, or one of the licences is not known */
export const refusalOf = (
  refusals: readonly Refusal[],
  from: Licence | undefined,
  to: Licence | undefined,
): Refusal | null => refusals.find((each) => each.from === from && each.to === to) ?? null;
