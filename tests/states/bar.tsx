import { Bar, Tab } from '../../components/bar.tsx';
import type { Say } from '../../components/text.ts';
import type { Drawing } from '../../lib/browser/page.ts';

/** The bar or the tab, chosen as entrypoints/core.tsx does. */
export const bar = (say: Say, props: Drawing) =>
  props.docked && !props.out ? <Tab say={say} {...props} /> : <Bar say={say} {...props} />;
