/**
 * Fieldbook, the demo desk's page. Records that were opened stay as tabs and stay in the DOM, hidden; the address is
 * moved with pushState; `l` on the page goes to the list, as desks' single-key shortcuts do.
 *
 * It can be unkind, on `window.dispatchEvent(new CustomEvent('unkind', { detail }))` with one of:
 *   replace-header  the header is replaced by an equal new one, in one step
 *   wipe-header     the title's children are wiped and its text is set again
 *   drop-host       every element in the title that this page did not make is removed
 *   swap-in-place   the open article turns into the next record; the address follows 300 ms later
 *   swap-url-first  the address names the next record; the article follows 400 ms later
 *   busy            200 mutations a second elsewhere on the page, until
 *   calm
 */
const records = await (await fetch('/records.json')).json();
const byNumber = new Map(records.map((record) => [record.number, record]));
const main = document.querySelector('main');
const tabs = document.querySelector('.tabs');
const find = document.querySelector('.find input');

/** The articles that are open, by record number, in the order of their tabs. */
const open = new Map();
let queue = '';

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const pathOf = (number) => `/${number.startsWith('WO') ? 'workorder' : 'case'}/${number}`;
const numberIn = (path) => /^\/(?:case|workorder)\/(\w+)$/.exec(path)?.[1];
const initials = (name) =>
  name
    .split(' ', 2)
    .map((word) => [...word][0])
    .join('');
const mark = (priority) => make('span', { class: `mark ${priority.toLowerCase()}` }, priority);

const columns = ['Number', 'Title', 'Queue', 'Asset', 'Priority', 'Status', 'Assignee', 'Opened'];
const table = make('tbody');
const queues = make('nav', { class: 'queues', 'aria-label': 'Queues' });
const list = make(
  'section',
  { class: 'list' },
  queues,
  make(
    'div',
    { class: 'sheet scroll' },
    make('table', {}, make('thead', {}, make('tr', {}, ...columns.map((name) => make('th', {}, name)))), table),
  ),
);
main.append(list);

function row(record) {
  const link = () => make('a', { href: pathOf(record.number) }, record.number);
  const cell = (...children) => make('td', {}, ...children);
  return make(
    'tr',
    {},
    cell(link()),
    make('td', { class: 'what' }, make('bdi', {}, record.title)),
    cell(record.queue),
    cell(record.asset || '–'),
    cell(mark(record.priority)),
    cell(record.status),
    cell(record.assignee || '–'),
    cell(record.opened.slice(0, 10)),
  );
}

function drawList() {
  const names = ['', ...new Set(records.map((record) => record.queue))];
  queues.replaceChildren(
    make('h2', {}, 'Queues'),
    ...names.map((name) => {
      const count = records.filter((record) => !name || record.queue === name).length;
      const button = make(
        'button',
        { 'aria-pressed': String(name === queue) },
        name || 'All',
        make('small', {}, String(count)),
      );
      button.addEventListener('click', () => {
        queue = name;
        drawList();
      });
      return button;
    }),
  );
  const wanted = find.value.trim().toLowerCase();
  const shown = records.filter(
    (record) =>
      (!queue || record.queue === queue) &&
      [record.number, record.title, record.asset, record.site].some((text) => text.toLowerCase().includes(wanted)),
  );
  table.replaceChildren(...shown.map(row));
  if (!shown.length)
    table.append(make('tr', {}, make('td', { class: 'none', colspan: columns.length }, 'Nothing here.')));
}

const header = (record) =>
  make(
    'header',
    { class: 'record-head' },
    make(
      'div',
      { class: 'record-line' },
      make('span', { class: 'record-number' }, record.number),
      make('span', {}, record.number.startsWith('WO') ? 'Work order' : 'Case'),
      make('span', { class: 'pill' }, record.status),
    ),
    make('div', { class: 'record-title' }, make('h1', {}, make('bdi', {}, record.title))),
  );

const field = (label, value) =>
  make('div', { class: 'field' }, make('dt', { class: 'label' }, label), make('dd', { class: 'value' }, value));

const message = ([who, when, text]) =>
  make(
    'div',
    { class: 'message' },
    make('span', { class: 'face', 'aria-hidden': 'true' }, initials(who)),
    make('div', {}, make('b', {}, make('bdi', {}, who)), make('time', {}, when)),
    make('p', {}, text),
  );

function conversation(record) {
  const box = make('textarea', { 'aria-label': 'Reply', placeholder: 'Write to the requester' });
  const send = make('button', { type: 'button' }, 'Send');
  const reply = make('div', { class: 'reply' }, box, send);
  send.addEventListener('click', () => {
    if (!box.value.trim()) return;
    reply.before(message(['Alex Okafor', 'now', box.value.trim()]));
    box.value = '';
  });
  return make(
    'section',
    { class: 'sheet' },
    make('h2', {}, 'Conversation'),
    ...record.conversation.map(message),
    reply,
    ...(record.notes.length ? [internal(record)] : []),
  );
}

/** What only those who work on the record read; written by the API, read with the page. */
const internal = (record) =>
  make(
    'div',
    { class: 'notes' },
    make('h2', {}, 'Internal notes'),
    ...record.notes.map(({ at, text }) => make('p', {}, make('time', {}, at.slice(0, 16).replace('T', ' ')), text)),
  );

function fill(article, record) {
  article.dataset.record = record.number;
  article.replaceChildren(
    header(record),
    make(
      'div',
      { class: 'columns' },
      conversation(record),
      make(
        'aside',
        { class: 'sheet' },
        make('h2', {}, 'Details'),
        make(
          'dl',
          { class: 'fields' },
          field('Queue', record.queue),
          field('Asset', record.asset),
          field('Priority', mark(record.priority)),
          field('Status', record.status),
          field('Requester', make('bdi', {}, record.requester)),
          field('Assignee', record.assignee),
          field('Site', record.site),
          field('Opened', record.opened),
        ),
      ),
    ),
  );
}

function articleOf(number) {
  if (!open.has(number)) {
    const article = make('article', { class: 'record' });
    fill(article, byNumber.get(number));
    main.append(article);
    open.set(number, article);
  }
  return open.get(number);
}

const tab = (href, text, on) =>
  make('div', { class: on ? 'tab on' : 'tab' }, make('a', { href, ...(on && { 'aria-current': 'page' }) }, text));

function drawTabs(active) {
  tabs.replaceChildren(
    tab('/', 'All records', !active),
    ...[...open].map(([number, article]) => {
      const one = tab(pathOf(number), `${number}  ${byNumber.get(number).title}`, number === active);
      const close = make('button', { 'aria-label': `Close ${number}` }, '×');
      close.addEventListener('click', () => {
        article.remove();
        open.delete(number);
        if (number === active) go('/');
        else drawTabs(active);
      });
      one.append(close);
      return one;
    }),
  );
}

/** Draws what the address names. */
function draw() {
  const number = numberIn(location.pathname);
  const active = byNumber.has(number) ? number : undefined;
  if (active) articleOf(active);
  list.hidden = Boolean(active);
  for (const [each, article] of open) article.hidden = each !== active;
  drawTabs(active);
  document.title = active ? `${active} ${byNumber.get(active).title} · Fieldbook` : 'Fieldbook';
}

function go(path) {
  history.pushState(null, '', path);
  draw();
}

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href^="/"]');
  if (!link || event.metaKey || event.ctrlKey || event.button !== 0) return;
  event.preventDefault();
  go(link.getAttribute('href'));
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'l' && !event.target.matches?.('input, textarea')) go('/');
});
window.addEventListener('popstate', draw);
find.addEventListener('input', drawList);
drawList();
draw();

const active = () => document.querySelector('article.record:not([hidden])');

function next(number) {
  return records[(records.findIndex((record) => record.number === number) + 1) % records.length].number;
}

/** The article of one record becomes another record's, as frameworks do that keep a component for a new case. */
function become(article, from, to) {
  open.get(to)?.remove();
  open.delete(from);
  open.set(to, article);
  fill(article, byNumber.get(to));
}

let noise;
const unkind = {
  'replace-header': (article, number) =>
    article.querySelector('.record-head').replaceWith(header(byNumber.get(number))),
  'wipe-header': (article, number) => {
    const title = article.querySelector('.record-title');
    title.textContent = '';
    title.append(make('h1', {}, make('bdi', {}, byNumber.get(number).title)));
  },
  'drop-host': (article) => {
    for (const child of article.querySelectorAll('.record-title > :not(h1)')) child.remove();
  },
  'swap-in-place': (article, number) => {
    become(article, number, next(number));
    setTimeout(() => go(pathOf(next(number))), 300);
  },
  'swap-url-first': (article, number) => {
    history.pushState(null, '', pathOf(next(number)));
    setTimeout(() => {
      become(article, number, next(number));
      draw();
    }, 400);
  },
  busy: () => {
    const ticker = document.querySelector('.ticker');
    let count = 0;
    clearInterval(noise);
    // Ten in a burst of 50 ms: timers of a hidden or busy tab are no finer than that.
    noise = setInterval(() => {
      for (let n = 0; n < 10; n++) ticker.replaceChildren(`${++count} readings`);
    }, 50);
  },
  calm: () => clearInterval(noise),
};
window.addEventListener('unkind', ({ detail }) => {
  const article = active();
  unkind[detail]?.(article, article?.dataset.record);
});
