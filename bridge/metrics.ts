/**
 * What Prometheus asks for: counters, gauges that are measured when asked, and how long things took. Labels come from
 * closed sets, never from a request, so that nobody can fill the memory with them.
 *
 * Outside fact: the text format 0.0.4, prometheus.io/docs/instrumenting/exposition_formats.
 */

type Labels = Record<string, string>;

/** Upper bounds of a duration's buckets, in seconds. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const written = (labels: Labels): string => {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  );
  return pairs.length ? `{${pairs.join(',')}}` : '';
};

type Took = { labels: Labels; buckets: number[]; sum: number; count: number };

export type Metrics = ReturnType<typeof makeMetrics>;

export function makeMetrics() {
  const help = new Map<string, { type: string; text: string }>();
  const counts = new Map<string, Map<string, number>>();
  const durations = new Map<string, Map<string, Took>>();
  const gauges = new Map<string, () => Promise<[Labels, number][]>>();

  return {
    /** A counter, with how to count: `count({ source: 'worklink' })`. Its name ends in `_total`. */
    counter(name: string, text: string): (labels?: Labels) => void {
      help.set(name, { type: 'counter', text });
      const values = new Map<string, number>();
      counts.set(name, values);
      return (labels = {}) => {
        const label = written(labels);
        values.set(label, (values.get(label) ?? 0) + 1);
      };
    },
    /** A histogram of durations, with how to add one, in seconds. */
    duration(name: string, text: string): (seconds: number, labels?: Labels) => void {
      help.set(name, { type: 'histogram', text });
      const values = new Map<string, Took>();
      durations.set(name, values);
      return (seconds, labels = {}) => {
        const label = written(labels);
        const took = values.get(label) ?? { labels, buckets: bounds.map(() => 0), sum: 0, count: 0 };
        for (const [n, bound] of bounds.entries()) if (seconds <= bound) took.buckets[n] = (took.buckets[n] ?? 0) + 1;
        took.sum += seconds;
        took.count += 1;
        values.set(label, took);
      };
    },
    /** A value that is measured when Prometheus asks. */
    gauge(name: string, text: string, measure: () => Promise<[Labels, number][]>): void {
      help.set(name, { type: 'gauge', text });
      gauges.set(name, measure);
    },
    /** Everything, in Prometheus' text format. */
    async text(): Promise<string> {
      const measured = new Map(
        await Promise.all([...gauges].map(async ([name, measure]) => [name, await measure()] as const)),
      );
      const lines: string[] = [];
      for (const [name, { type, text }] of help) {
        lines.push(`# HELP ${name} ${text}`, `# TYPE ${name} ${type}`);
        for (const [label, value] of counts.get(name) ?? []) lines.push(`${name}${label} ${value}`);
        for (const [labels, value] of measured.get(name) ?? []) lines.push(`${name}${written(labels)} ${value}`);
        for (const [label, { labels, buckets, sum, count }] of durations.get(name) ?? []) {
          for (const [n, bound] of bounds.entries())
            lines.push(`${name}_bucket${written({ ...labels, le: String(bound) })} ${buckets[n]}`);
          lines.push(`${name}_bucket${written({ ...labels, le: '+Inf' })} ${count}`);
          lines.push(`${name}_sum${label} ${sum}`, `${name}_count${label} ${count}`);
        }
      }
      return `${lines.join('\n')}\n`;
    },
  };
}
