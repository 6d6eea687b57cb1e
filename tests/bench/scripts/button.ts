/** A launch button made by hand: the least that a panel can be. No case is read, and it never moves or comes back. */
export const anchor = 'article.record:not([hidden]) .record-title';

export function addButton(title: Element): void {
  const host = document.createElement('bench-panel');
  const shadow = host.attachShadow({ mode: 'closed' });
  const style = document.createElement('style');
  style.textContent =
    ':host { display: inline-block } a { font: 13px sans-serif; padding: 4px 8px; border: 1px solid; border-radius: 4px }';
  const link = document.createElement('a');
  link.href = 'worklink://resource?action=fetch_user&user=497';
  link.textContent = 'Call Dana Reyes';
  shadow.append(style, link);
  title.append(host);
}
