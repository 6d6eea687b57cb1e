import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import { Bar, Tab } from '../components/bar.tsx';
import controls from '../components/controls.css?inline';
import panel from '../components/panel.css?inline';
import tokens from '../components/tokens.css?inline';
import { draw } from '../lib/browser/jsx.ts';
import { startPage } from '../lib/browser/page.ts';

/** The panel of a granted page, at rest: the bar or the dock's tab. */
export default defineUnlistedScript(() => {
  void startPage(document, tokens + controls + panel, (root, say, props) =>
    draw(root, props && (props.docked && !props.out ? <Tab say={say} {...props} /> : <Bar say={say} {...props} />)),
  );
});
