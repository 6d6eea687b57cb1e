/** What most extensions do to keep a button on a page: ask the whole document after each mutation. */
import { addButton, anchor } from './button.ts';

const keep = (): void => {
  for (const title of document.querySelectorAll(anchor)) if (!title.querySelector('bench-panel')) addButton(title);
};
new MutationObserver(keep).observe(document, { childList: true, subtree: true });
keep();
