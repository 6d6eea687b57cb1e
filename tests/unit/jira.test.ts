import { expect, test } from 'vitest';
import jira from '../../lib/desks/jira.ts';

const asked = (path: string, head: string): string[] | undefined =>
  jira.rest?.paths(
    { kind: 'issue', id: 'ITSM-42' },
    {
      url: `https://support.works.example${path}`,
      document: new DOMParser().parseFromString(`<head>${head}</head>`, 'text/html'),
    },
  );

test.each([
  [
    'the page says where Data Center stands',
    '/int/jira/plan/7',
    '<meta name="ajs-context-path" content="/int/jira">',
    '/int/jira',
  ],
  ['at the root the page says so', '/int/browse/ITSM-42', '<meta name="ajs-context-path" content="">', ''],
  ['else the address does', '/int/jira/browse/ITSM-42', '', '/int/jira'],
])('%s', (_, path, head, context) => {
  expect(asked(path, head)).toEqual([`${context}/rest/api/2/issue/ITSM-42?fields=*navigable&expand=names`]);
});
