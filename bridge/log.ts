/**
 * The log: one JSON object a line. Whoever logs names what happened and the few facts that help; bodies, headers and
 * addresses with tokens are not among them, and a secret that gets in all the same is taken out.
 */

/** Facts of a line. Text is cut; objects do not fit, so that no body gets in by accident. */
export type Facts = Record<string, string | number | boolean | null | undefined>;

export type Log = {
  info(what: string, facts?: Facts): void;
  warn(what: string, facts?: Facts): void;
  error(what: string, facts?: Facts): void;
};

/** Longest text of a fact, in characters. */
const longest = 500;

/** @param secrets what no line may hold; @param write takes whole lines */
export function makeLog(
  secrets: readonly string[],
  write: (line: string) => void = (line) => void process.stdout.write(line),
): Log {
  // As it stands, and as it stands in JSON: a quote in it is written \".
  const hidden = [...new Set(secrets.flatMap((each) => [each, JSON.stringify(each).slice(1, -1)]))].filter(
    (each) => each.length >= 4,
  );
  const line = (level: string, what: string, facts: Facts = {}): void => {
    const cut = Object.entries(facts).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.slice(0, longest) : value,
    ]);
    let text = JSON.stringify({ at: new Date().toISOString(), level, what, ...Object.fromEntries(cut) });
    for (const each of hidden) text = text.replaceAll(each, '***');
    write(`${text}\n`);
  };
  return {
    info: (what, facts) => line('info', what, facts),
    warn: (what, facts) => line('warn', what, facts),
    error: (what, facts) => line('error', what, facts),
  };
}

/** What a thrown value says, in one line. */
export const said = (error: unknown): string =>
  (error instanceof Error ? error.message || error.name : String(error)).replaceAll(/\s+/g, ' ');
