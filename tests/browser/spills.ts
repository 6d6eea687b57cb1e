/** What does not fit where it stands. */

/**
 * Runs in the page: words that are cut by what holds them, and controls that reach out of it or out of the window; in the
 * panel where there is one, else on the whole page.
 */
export const spills = (): string[] => {
  const found: string[] = [];
  const shadow = document.querySelector('deskcall-panel')?.shadowRoot;
  const all = [...(shadow ?? document.body).querySelectorAll('*')];
  const label = (element: Element) =>
    `${element.tagName.toLowerCase()}.${element.getAttribute('class')} "${element.textContent.trim().slice(0, 40)}"`;
  const drawn = (element: Element) => element.getClientRects().length > 0 && !element.closest('.sr,style');
  /** What scrolls brings its content into view; what cuts with an ellipsis shows that it does. */
  const scrolls = (element: Element) => element.scrollHeight > element.clientHeight;
  for (const element of all) {
    if (!drawn(element) || element.closest('svg')) continue;
    const style = getComputedStyle(element);
    const cut = style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none';
    const sideways = (one: Element | null): boolean =>
      one !== null && (/auto|scroll/.test(getComputedStyle(one).overflowX) || sideways(one.parentElement));
    // A wide table scrolls in a box of its own; so does what is typed.
    if (element.matches('textarea,input') || sideways(element)) continue;
    // The full-screen code scrolls both ways where its twelve centimetres don't fit.
    if (
      !element.matches('dialog') &&
      element.clientWidth &&
      element.scrollWidth > element.clientWidth + 1 &&
      !cut &&
      style.display !== 'inline'
    )
      found.push(`wider than its box: ${label(element)} ${element.scrollWidth} > ${element.clientWidth}`);
    if (style.textOverflow === 'ellipsis' && element.scrollHeight > element.clientHeight + 1)
      found.push(`letters cut below: ${label(element)} ${element.scrollHeight} > ${element.clientHeight}`);
    if (!element.matches('a,button,input')) continue;
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const room = element.closest('.panel,.qr,dialog') ?? (shadow ? null : document.documentElement);
    if (left < -0.5 || right > innerWidth + 0.5) found.push(`out of the window: ${label(element)} ${left} to ${right}`);
    if (!(room && scrolls(room)) && (top < -0.5 || bottom > innerHeight + 0.5))
      found.push(`out of the window: ${label(element)} ${top} to ${bottom}`);
    const box = room?.getBoundingClientRect();
    if (box && (left < box.left || right > box.right)) found.push(`out of its panel: ${label(element)}`);
  }
  return found;
};
