/** Fieldbook as an admin would describe it: the desk as data, and settings that offer somebody for most of its cases. */
import type { DeskData } from '../../lib/model.ts';
import type { Row, Settings } from '../../lib/schema.ts';

export const demoDesk: DeskData = {
  addresses: ['/{kind:case|workorder}/{id:word}'],
  // The second finds an article that the address does not name, so that the two can be seen to disagree.
  scope: ['article.record[data-record="{id}"]:not([hidden])', 'article.record:not([hidden])'],
  shows: { id: [{ css: '.record-number' }], number: [{ css: '.record-number' }] },
  rows: [{ row: '.field', label: '.label', value: '.value' }],
  read: {
    title: [{ css: '.record-title h1' }],
    requester: [{ label: 'Requester' }],
    assignee: [{ label: 'Assignee' }],
    queue: [{ label: 'Queue' }],
    asset: [{ label: 'Asset' }],
    priority: [{ label: 'Priority' }],
    status: [{ label: 'Status' }],
    opened: [{ label: 'Opened' }],
  },
  anchors: [{ css: 'article.record:not([hidden]) .record-title', place: 'inside' }],
};

/** What a settings file holds: the parts that have no default here, and the rows of the lookup tables. */
export type SettingsFile = Pick<Settings, 'version' | 'contacts' | 'catalogs' | 'rules' | 'tables' | 'match'> & {
  desks: { key: string; product: string; name?: string; origins: string[]; rest?: boolean; custom?: DeskData }[];
  rows: Row[];
};

/** Settings for the demo desk at an origin. Facilities and Packaging are covered by no rule, on purpose. */
export const demoSettings = (origin: string): SettingsFile => ({
  version: 1,
  desks: [{ key: 'demo', product: 'custom', name: 'Fieldbook', origins: [origin], custom: demoDesk }],
  contacts: [
    { id: 'dana', name: 'Dana Reyes', link: 'worklink://resource?action=fetch_user&user=497', licence: 'expert' },
    { id: 'pump-experts', name: 'Pump experts', kind: 'contact_group', value: '31', licence: 'expert' },
    { id: 'liu', name: 'Liu Wei', kind: 'user', value: '512', licence: 'tech-plus' },
    {
      id: 'valve-desk',
      name: 'Valve desk',
      link: 'https://getworklink.com/deferred?deep_link=worklink%3A%2F%2Fresource%3Faction%3Dfetch_user%26user%3D533',
      licence: 'expert',
    },
    { id: 'on-call', name: 'On-call engineer', kind: 'user', value: '600', licence: 'tech' },
  ],
  catalogs: [
    { id: 'seals', name: 'Seal replacement, P-200', kind: 'catalog', value: '88' },
    { id: 'manuals', name: 'Manuals of this asset', kind: 'asset', field: 'asset' },
  ],
  rules: [
    { id: 'pumps', when: { queue: 'Pumps' }, offer: ['dana', 'pump-experts', 'on-call', 'seals', 'manuals'] },
    { id: 'valves', when: { queue: 'Valves' }, offer: ['valve-desk', 'on-call', 'manuals'] },
    { id: 'compressors', when: { queue: 'Compressors' }, offer: { table: 'experts', field: 'asset' } },
  ],
  tables: [{ id: 'experts', name: 'Who knows which machine' }],
  match: 'first',
  rows: [{ table: 'experts', key: 'ASSET-530', offer: ['liu', 'on-call'] }],
});
