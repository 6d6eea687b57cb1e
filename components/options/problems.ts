/** What is wrong with a value, in words. */
import type { SettingsProblem, Wrong } from '../../lib/problems.ts';
import type { Say } from '../text.ts';

/** What is wrong and what became of it, to stand behind the value's place. */
export function problemWords({ code, with: values = [], outcome }: Wrong & Pick<SettingsProblem, 'outcome'>, say: Say) {
  const wrong = say(`o_wrong_${code}`, ...values);
  return outcome ? `${wrong}; ${say(`o_outcome_${outcome.code}`, ...(outcome.with ?? []))}` : wrong;
}

/** With its place, where it has one: `contacts[2].name: is missing`. */
export const placedWords = (problem: SettingsProblem, say: Say): string =>
  [problem.path, problemWords(problem, say)].filter(Boolean).join(': ');
