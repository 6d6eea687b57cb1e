/** The sandbox's desks as an admin would configure them. */
import type { DesksServer } from '../../sandbox/desks.ts';

const plain = (more: object = {}) => ({
  kinds: ['ticket'],
  headers: { authorization: 'Bearer {{secret}}' },
  record: { path: '/tickets/{{id}}', number: '/data/number' },
  note: { path: '/tickets/{{id}}/notes', body: { text: '{{note}}', internal: true } },
  ...more,
});
const listed = {
  notes: {
    path: '/tickets/{{id}}/notes?page={{page}}',
    list: '/items',
    text: '/text',
    internal: { at: '/internal', is: true },
    size: 20,
  },
};

/** Each by its key in the bridge: which of the sandbox's it is, and how the bridge is told of it. */
const configured: Record<string, { target: string; kind: string; id?: (n: number) => string; config: object }> = {
  plain: { target: 'plain', kind: 'ticket', config: { type: 'http', http: plain(listed) } },
  keyed: {
    target: 'keyed',
    kind: 'ticket',
    config: {
      type: 'http',
      http: plain({
        note: {
          path: '/tickets/{{id}}/notes',
          headers: { 'Idempotency-Key': '{{key}}' },
          body: { text: '{{note}}', internal: true },
          keyed: true,
        },
      }),
    },
  },
  unlisted: { target: 'plain', kind: 'ticket', config: { type: 'http', http: plain() } },
};

export const kinds = (desk: string): { target: string; kind: string; id: (n: number) => string } => ({
  target: desk,
  kind: '',
  id: (n) => `case-${n}`,
  ...configured[desk],
});

/** @returns the part `desks` of the file, and the secrets */
export function sandboxDesks(desks: DesksServer): { file: Record<string, object>; env: Record<string, string> } {
  const entries = Object.entries(configured);
  return {
    file: Object.fromEntries(entries.map(([key, { target, config }]) => [key, { url: desks.url(target), ...config }])),
    env: Object.fromEntries(
      entries.map(([key]) => [`DESK_${key.replaceAll('-', '_').toUpperCase()}_TOKEN`, desks.secret]),
    ),
  };
}
