/** What kept a case or a value from being read, in words. */
import type { Problem, ProblemCode, Read } from './model.ts';

const sentences: Partial<Record<ProblemCode, string>> = {
  'no-desk': 'This page belongs to no desk that Deskcall knows.',
  'no-case': 'No case is open on this page.',
  several: 'More than one record on this page says it is the open one.',
  'no-pane': 'The page does not hold the record of its address, or not yet.',
};

/** @returns the problems of a reading, each with its sentence */
export const worded = ({ problems, case: record, shown }: Read): (Problem & { message: string })[] =>
  problems.map(({ code, message }) => ({
    code,
    message:
      message ??
      (code === 'disagree'
        ? `The address says ${record?.number ?? record?.id}, the page shows ${shown?.text}.`
        : (sentences[code] ?? code)),
  }));
