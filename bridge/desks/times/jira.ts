/**
 * Jira and Jira Service Management: times from each issue that changed and its changelog. Least rights: Browse projects.
 *
 * From its documents: a search on Cloud (`search/jql`) has to be bounded and gives a token for its next page, one on
 * Data Center counts; Cloud has an issue's whole changelog in pages, Data Center within the issue; every status belongs
 * to a category, and `done` is the one of those that are over; times have a zone. From memory: JQL reads times in the
 * zone of the user, to the minute, so that only minutes ago are used. An issue that was deleted is in no list. Not run
 * here.
 */
import { at, idAt, listAt, part, textAt } from '../desk.ts';
import { bodyOf, happenedIn, byChanges, zonedIn, type Ask, type Change, type Trouble } from '../../times/changed.ts';
import { wordsIn, type TimesConfig, type TimesDesk, type ToldCase } from '../../times/told.ts';

const size = 50;

const fields: Record<string, Change['of']> = { status: 'status', assignee: 'person' };

const changesIn = (histories: unknown[]): Change[] =>
  histories
    .flatMap((history) => {
      const time = zonedIn(at(history, 'created'));
      return listAt(history, 'items').flatMap((item): Change[] => {
        const of = fields[textAt(item, 'field')];
        return time && of ? [{ at: time, of, from: idAt(item, 'from'), to: idAt(item, 'to') }] : [];
      });
    })
    .toSorted((a, b) => a.at.getTime() - b.at.getTime());

/** A custom field's value, which has its words in itself or by one of these names. */
const wordIn = (value: unknown): string | null => wordsIn(at(value, 'value') ?? at(value, 'name') ?? value);

export function jira(which: 'cloud' | 'data-center'): TimesDesk {
  const cloud = which === 'cloud';
  const api = `/rest/api/${cloud ? 3 : 2}`;

  /** The changes of an issue; undefined for one that was deleted since. */
  async function changelogOf(ask: Ask, key: string): Promise<Change[] | Trouble | undefined> {
    const histories: unknown[] = [];
    for (let total = 1; histories.length < total; ) {
      // oxlint-disable-next-line no-await-in-loop -- a page says how many there are
      const read = await bodyOf(
        ask,
        cloud
          ? `${api}/issue/${part(key)}/changelog?startAt=${histories.length}&maxResults=100`
          : `${api}/issue/${part(key)}?expand=changelog&fields=status`,
      );
      if ('trouble' in read) return read.trouble.includes('404') ? undefined : read;
      const log = cloud ? read.body : at(read.body, 'changelog');
      const page = listAt(log, cloud ? 'values' : 'histories');
      total = cloud && page.length ? Number(at(log, 'total')) : 0;
      histories.push(...page);
    }
    return changesIn(histories);
  }

  async function tell(
    ask: Ask,
    entries: { id: string; record: unknown }[],
    { over, assetClass }: TimesConfig,
  ): Promise<ToldCase[] | Trouble> {
    const listed = await bodyOf(ask, `${api}/status`);
    if ('trouble' in listed) return listed;
    const ended = new Set(
      (Array.isArray(listed.body) ? (listed.body as unknown[]) : [])
        .filter((status) =>
          over ? over.includes(textAt(status, 'name')) : textAt(status, 'statusCategory', 'key') === 'done',
        )
        .map((status) => idAt(status, 'id')),
    );
    const cases: ToldCase[] = [];
    for (const { id, record } of entries) {
      const issue = at(record, 'fields');
      const opened = zonedIn(at(issue, 'created'));
      // oxlint-disable-next-line no-await-in-loop -- one request after the other: the desk has other work
      const changes = await changelogOf(ask, id);
      if (changes && 'trouble' in changes) return changes;
      const story =
        opened &&
        changes &&
        happenedIn({
          opened,
          status: idAt(issue, 'status', 'id'),
          person: textAt(issue, 'assignee', cloud ? 'accountId' : 'key'),
          changes,
          isOver: (status) => ended.has(status),
          ended: zonedIn(at(issue, 'resolutiondate')),
        });
      if (story)
        cases.push({
          id,
          number: id,
          queue: wordsIn(at(issue, 'project', 'name')),
          priority: wordsIn(at(issue, 'priority', 'name')),
          assetClass: assetClass === undefined ? null : wordIn(at(issue, assetClass)),
          status: wordsIn(at(issue, 'status', 'name')),
          ...story,
          whole: true,
        });
    }
    return cases;
  }

  return byChanges('issue', {
    list(from, next, { assetClass }) {
      const minutes = from && Math.ceil((Date.now() - from.getTime()) / 60_000) + 1;
      const search = new URLSearchParams({
        jql: `updated >= ${minutes === undefined ? '"1990-01-01"' : `"-${minutes}m"`} ORDER BY updated ASC, key ASC`,
        maxResults: String(size),
        fields: ['created,updated,status,priority,project,assignee,resolutiondate', assetClass ?? []].flat().join(','),
        ...(typeof next === 'string' && { nextPageToken: next }),
        ...(typeof next === 'number' && { startAt: String(next) }),
      });
      return { method: 'GET', path: `${api}/search${cloud ? '/jql' : ''}?${search}` };
    },
    listOf(body) {
      const issues = listAt(body, 'issues');
      const after = Number(at(body, 'startAt')) + issues.length;
      const next = cloud
        ? textAt(body, 'nextPageToken') || undefined
        : issues.length && after < Number(at(body, 'total'))
          ? after
          : undefined;
      return {
        entries: issues.flatMap((record) => {
          const [id, time] = [textAt(record, 'key'), zonedIn(at(record, 'fields', 'updated'))];
          return id && time ? [{ id, at: time, record }] : [];
        }),
        next,
      };
    },
    tell,
  });
}
