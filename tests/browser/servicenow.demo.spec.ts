/**
 * A record that stands in a frame inside a shadow root, as ServiceNow shows it: the frame goes from record to record
 * while the address of the page stays. The pages are made here after tests/desks/servicenow and served by this test.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { readLink } from '../../lib/worklink.ts';
import { decode } from './code.ts';
import { expect, test as base } from './world.ts';

type Incident = { id: string; number: string; title: string; group: string };
const pump: Incident = { id: 'a'.repeat(31) + '1', number: 'INC0010042', title: 'Pump leaks', group: 'Pumps' };
const valve: Incident = { id: 'b'.repeat(31) + '2', number: 'INC0010043', title: 'Valve sticks', group: 'Valves' };
const incidents = [pump, valve];
const hrefOf = ({ id }: Incident): string => `/incident.do?sys_id=${id}`;

const links = `<nav>${incidents.map((each) => `<a href="${hrefOf(each)}">${each.number}</a>`).join()}
  <a href="/incident_list.do?sysparm_query=active%3Dtrue">All</a></nav>`;
/** In two parts, as a slow server sends it: what names the record, then its fields. */
const form = ({ id, number, title, group }: Incident): [string, string] => [
  `<!doctype html><title>${number}</title><div class="navbar-header"><h1>Incident</h1></div>${links}<form name="incident.do">
    <input type="hidden" id="sys_target" value="incident"><input type="hidden" id="sys_uniqueValue" value="${id}">
    <p id="part">${'.'.repeat(2000)}</p>`,
  `<div id="element.incident.number"><label class="label-text">Number</label>
      <input id="sys_readonly.incident.number" readonly value="${number}"></div>
    <input id="incident.short_description" value="${title}">
    <input type="hidden" id="incident.assignment_group" value="${'c'.repeat(32)}">
    <input id="sys_display.incident.assignment_group" value="${group}"></form>`,
];
const listPage = `<!doctype html><title>Incidents</title>${links}<input id="sysparm_query" value="number=${pump.number}">`;

/** The page around it: the frame is put into nested shadow roots by the page's own script, some time after it began. */
const shell = `<!doctype html><title>ServiceNow</title><body><macroponent-f51912f4c700201072b211d4d8c26010></macroponent-f51912f4c700201072b211d4d8c26010>
<script>
  const inner = location.pathname.startsWith('/now/nav/ui/classic/params/target/')
    ? decodeURIComponent(location.pathname.split('/target/')[1])
    : new URLSearchParams(location.search).get('uri');
  customElements.define('macroponent-f51912f4c700201072b211d4d8c26010', class extends HTMLElement {
    connectedCallback() {
      const layout = document.createElement('sn-polaris-layout');
      this.attachShadow({ mode: 'open' }).append(layout);
      layout.attachShadow({ mode: 'open' }).innerHTML = '<h1>All</h1><main></main>';
      window.main = layout.shadowRoot.querySelector('main');
      show();
    }
  });
  function show() {
    const frame = document.createElement('iframe');
    frame.id = 'gsft_main';
    frame.src = '/' + inner;
    window.main.replaceChildren(frame);
  }
</script>`;

/** A workspace: two records open, each in a screen of its own; what its tab says of its address changes first. */
const workspace = `<!doctype html><title>Workspace</title><body><sn-canvas-root></sn-canvas-root>
<script>
  const records = ${JSON.stringify(incidents)};
  const path = (id) => '/now/sow/record/incident/' + id;
  // Tabs that say where they lead, or not.
  const leads = location.search === '?plain' ? 'data-to' : 'href';
  const field = (name, value) => {
    const host = document.createElement('sn-record-input-connected');
    host.setAttribute('name', name);
    host.attachShadow({ mode: 'open' }).innerHTML = '<label>' + name + '</label><input class="now-input-native">';
    host.shadowRoot.querySelector('input').value = value;
    return host;
  };
  customElements.define('sn-canvas-root', class extends HTMLElement {
    connectedCallback() {
      this.attachShadow({ mode: 'open' }).innerHTML =
        records.map(({ id, number }) => '<a class="sn-chrome-one-tab" ' + leads + '="' + path(id) + '">' + number + '</a>').join('') +
        '<main></main>';
      this.shadowRoot.addEventListener('click', (event) => {
        event.preventDefault();
        go(event.target.getAttribute(leads));
      });
      // A page that takes its time with the record.
      setTimeout(() => go(location.pathname), location.search === '?late' ? 1500 : 0);
    }
  });
  addEventListener('popstate', () => go(location.pathname));
  function go(to) {
    const { shadowRoot } = document.querySelector('sn-canvas-root');
    if (location.pathname !== to) history.pushState({}, '', to);
    for (const tab of shadowRoot.querySelectorAll('.sn-chrome-one-tab'))
      tab.classList.toggle('is-selected', tab.getAttribute(leads) === to);
    const main = shadowRoot.querySelector('main');
    for (const screen of main.children) screen.style.display = 'none';
    const record = records.find(({ id }) => path(id) === to);
    const kept = record && main.querySelector('[data-of="' + record.number + '"]');
    if (!record) return;
    const screen = kept ?? document.createElement('sn-canvas-screen');
    screen.style.display = '';
    if (kept) return;
    screen.dataset.of = record.number;
    main.append(screen);
    screen.attachShadow({ mode: 'open' }).append(
      field('number', record.number), field('short_description', record.title), field('assignment_group', record.group));
  }
</script>`;

type Server = {
  origin: string;
  /** Sends only the first part of that incident's form until the function that is returned is called. */
  hold: (incident: Incident) => () => void;
};

const test = base.extend<object, { snow: Server }>({
  snow: [
    // The world first: with it gone, nobody is left to be told.
    async ({ world, settings }, use) => {
      const held = new Map<string, { open: ServerResponse[]; rest: string }>();
      const server = createServer((request, response) => {
        const { pathname, searchParams } = new URL(request.url ?? '/', 'http://snow');
        const incident = incidents.find(({ id }) => pathname === '/incident.do' && id === searchParams.get('sys_id'));
        response.setHeader('content-type', 'text/html; charset=utf-8');
        if (incident) {
          const [first, rest] = form(incident);
          const waits = held.get(incident.id);
          response.write(first);
          if (waits) waits.open.push(response);
          else response.end(rest);
        } else if (pathname === '/incident_list.do') response.end(listPage);
        else if (pathname.startsWith('/now/nav/') || pathname === '/nav_to.do') response.end(shell);
        else if (pathname.startsWith('/now/')) response.end(workspace);
        else response.writeHead(404).end();
      });
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      });
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      await world.importSettings({
        ...settings,
        desks: [...settings.desks, { key: 'snow', product: 'servicenow', origins: [origin] }],
      });
      await world.grant(origin);
      await use({
        origin,
        hold(incident) {
          const waits = { open: [] as ServerResponse[], rest: form(incident)[1] };
          held.set(incident.id, waits);
          return () => {
            held.delete(incident.id);
            for (const response of waits.open) response.end(waits.rest);
          };
        },
      });
      await world.importSettings(settings);
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
    { scope: 'worker' },
  ],
});

const panel = (page: Page) => page.locator('deskcall-panel');
const tab = (page: Page) => panel(page).locator('.tab');
const bar = (page: Page) => panel(page).locator('.bar');
const call = (page: Page) => bar(page).locator('a.main');
const inFrame = (page: Page) => page.frameLocator('iframe#gsft_main');

const wrapped = ({ origin }: Server, incident: Incident): string =>
  `${origin}/now/nav/ui/classic/params/target/${encodeURIComponent(hrefOf(incident).slice(1))}`;

/** Opens a page whose frame shows an incident, and the panel that stands in the dock for it. */
async function open(page: Page, snow: Server, incident: Incident): Promise<void> {
  await page.goto(wrapped(snow, incident));
  await expect(panel(page)).toHaveAttribute('data-place', 'dock');
  await expect(tab(page)).toHaveAccessibleName(new RegExp(incident.number));
  await tab(page).click();
  await expect(bar(page)).toContainText(incident.number);
}

/** Notes each moment in which the frame's document holds one incident and the panel says another's number. */
const watch = (page: Page) =>
  page.evaluate(
    (numbers) => {
      const wrong: string[] = [];
      Object.assign(window, { wrong });
      const look = () => {
        const said = document.querySelector('deskcall-panel')?.shadowRoot?.querySelector('.root')?.textContent ?? '';
        const layout = document.body.firstElementChild?.shadowRoot?.querySelector('sn-polaris-layout')?.shadowRoot;
        const shown = layout?.querySelector('iframe')?.contentDocument?.title ?? '';
        for (const number of numbers)
          if (said.includes(number) && shown && shown !== number) wrong.push(`${number} beside ${shown}`);
        requestAnimationFrame(look);
      };
      look();
    },
    incidents.map(({ number }) => number),
  );
const wrong = (page: Page) => page.evaluate(() => (window as unknown as { wrong: string[] }).wrong);

test('the frame’s record is shown in the dock, with its own link', async ({ page, snow }) => {
  await open(page, snow, pump);
  await expect(call(page)).toHaveText('Call Dana Reyes');
  const told = readLink((await call(page).getAttribute('href')) ?? '');
  expect(told).toMatchObject({ desk: 'snow', kind: 'incident', id: pump.id, number: pump.number });
  // The panel stands in the page around, never in the frame.
  await expect(inFrame(page).locator('deskcall-panel')).toHaveCount(0);
});

test('the panel follows the frame while the address of the page stays', async ({ page, snow }) => {
  await open(page, snow, pump);
  await watch(page);
  const url = page.url();
  await inFrame(page).getByRole('link', { name: valve.number }).click();
  await expect(call(page)).toHaveText('Call Valve desk');
  await expect(bar(page)).toContainText(valve.number);
  expect(readLink((await call(page).getAttribute('href')) ?? '')).toMatchObject({ id: valve.id, number: valve.number });
  await inFrame(page).getByRole('link', { name: 'All' }).click();
  await expect(panel(page)).toHaveCount(0);
  await inFrame(page).getByRole('link', { name: pump.number }).click();
  await expect(call(page)).toHaveText('Call Dana Reyes');
  expect(page.url()).toBe(url);
  expect(await wrong(page)).toEqual([]);
});

test('a record goes as soon as the frame turns to another, however long that one takes', async ({ page, snow }) => {
  await open(page, snow, pump);
  await watch(page);
  const release = snow.hold(valve);
  await inFrame(page).getByRole('link', { name: valve.number }).click({ noWaitAfter: true });
  await expect(inFrame(page).locator('#part')).toBeVisible();
  await expect(panel(page).getByText(pump.number)).toHaveCount(0);
  // Nothing is called for a record of which no more than its id has arrived.
  await expect(bar(page)).toContainText('Reading');
  await expect(call(page)).toHaveCount(0);
  release();
  await expect(call(page)).toHaveText('Call Valve desk');
  await expect(bar(page)).toContainText(valve.number);
  expect(await wrong(page)).toEqual([]);
});

test('a frame that is made anew begins with nothing, not with the record of the page’s address', async ({
  page,
  snow,
}) => {
  await open(page, snow, pump);
  await inFrame(page).getByRole('link', { name: valve.number }).click();
  await expect(bar(page)).toContainText(valve.number);
  const release = snow.hold(pump);
  await page.evaluate(() => (window as unknown as { show: () => void }).show());
  await expect(panel(page).getByText(valve.number)).toHaveCount(0);
  release();
  await expect(bar(page)).toContainText(pump.number);
  await expect(call(page)).toHaveText('Call Dana Reyes');
  // A page of somebody else's in the frame: the address above it still names the record.
  await page.evaluate(() => {
    const main = (window as unknown as { main: Element }).main;
    main.querySelector('iframe')?.setAttribute('src', 'data:text/html,elsewhere');
  });
  await expect(panel(page)).toHaveCount(0);
});

test('a value that changes in the frame is followed', async ({ page, snow }) => {
  await open(page, snow, pump);
  await expect(call(page)).toHaveText('Call Dana Reyes');
  await inFrame(page)
    .locator('[id="sys_display.incident.assignment_group"]')
    .evaluate((input: HTMLInputElement) => {
      input.value = 'Valves';
      input.after('changed');
    });
  await expect(call(page)).toHaveText('Call Valve desk');
  // Another record's form in the same document: the address of the frame still says the first.
  await inFrame(page)
    .locator('#sys_uniqueValue')
    .evaluate((input: HTMLInputElement, id) => {
      input.value = id;
      input.after('changed');
    }, valve.id);
  await expect(bar(page)).toContainText('Address and page disagree');
  await expect(panel(page).locator('a')).toHaveCount(0);
});

test('a click while the frame turns to another record calls nobody', async ({ page, snow, world }) => {
  await open(page, snow, pump);
  await expect(call(page)).toHaveText('Call Dana Reyes');
  const before = world.launches().length;
  await page.evaluate(
    ([to, id, number]) => {
      const turn = () => {
        const frame = (window as unknown as { main: Element }).main.querySelector('iframe');
        frame?.contentWindow?.history.replaceState({}, '', to);
        const set = (name: string, value: string) => {
          const input = frame?.contentDocument?.getElementById(name) as HTMLInputElement;
          input.value = value;
        };
        set('sys_uniqueValue', id);
        set('sys_readonly.incident.number', number);
      };
      window.addEventListener('pointerdown', turn, { capture: true, once: true });
    },
    [hrefOf(valve), valve.id, valve.number] as const,
  );
  await call(page).click({ noWaitAfter: true });
  await expect(bar(page)).toContainText(`Not called. The page changed from ${pump.number} to ${valve.number}`);
  expect(world.launches().length).toBe(before);
});

test('codes of a record in a frame are drawn for it', async ({ page, snow }) => {
  await page.goto(`${snow.origin}/nav_to.do?uri=${encodeURIComponent(hrefOf(pump).slice(1))}`);
  await tab(page).click();
  await bar(page).getByRole('button', { name: 'QR: Call Dana Reyes' }).click();
  const card = panel(page).getByRole('dialog');
  await expect(card.getByRole('img')).toBeVisible();
  const link = decode(await card.locator('.code').screenshot());
  expect(readLink(link ?? '')).toMatchObject({ desk: 'snow', kind: 'incident', id: pump.id, number: pump.number });
});

test('a form that stands alone has the panel in its own heading', async ({ page, snow }) => {
  await page.goto(snow.origin + hrefOf(valve));
  await expect(call(page)).toHaveText('Call Valve desk');
  await expect(page.locator('.navbar-header > deskcall-panel')).toHaveCount(1);
});

test('of a workspace’s records the one of the address is shown, through nested shadow roots', async ({
  page,
  snow,
}) => {
  await page.goto(`${snow.origin}/now/sow/record/incident/${pump.id}`);
  await tab(page).click();
  await expect(call(page)).toHaveText('Call Dana Reyes');
  await page.getByRole('link', { name: valve.number }).click();
  await expect(call(page)).toHaveText('Call Valve desk');
  expect(readLink((await call(page).getAttribute('href')) ?? '')).toMatchObject({ id: valve.id, number: valve.number });
  await page.goBack();
  await expect(call(page)).toHaveText('Call Dana Reyes');
  await expect(bar(page)).toContainText(pump.number);
  // An address alone, with another record's screen still on show: that one's values are not this one's.
  await page.evaluate((to) => history.pushState({}, '', to), `/now/sow/record/incident/${'d'.repeat(32)}`);
  await expect(bar(page)).toContainText('d'.repeat(32));
  await expect(panel(page).getByText(pump.number)).toHaveCount(0);
  await expect(call(page)).toHaveCount(0);
});

test('a page that has not built the record’s pane yet is still being read', async ({ page, snow }) => {
  await page.goto(`${snow.origin}/now/sow/record/incident/${pump.id}?late`);
  await tab(page).click();
  const said = page.evaluate(
    (number) =>
      new Promise<string[]>((resolve) => {
        const seen = new Set<string>();
        const look = () => {
          const text = document.querySelector('deskcall-panel')?.shadowRoot?.querySelector('.bar')?.textContent ?? '';
          if (text.includes(number)) return resolve([...seen]);
          seen.add(text);
          requestAnimationFrame(look);
        };
        look();
      }),
    pump.number,
  );
  // Never as a case without a number, which no rule covers.
  expect((await said).filter((text) => text && !text.includes('Reading'))).toEqual([]);
  await expect(call(page)).toHaveText('Call Dana Reyes');
});

test('a workspace whose tabs lead nowhere is read as it is, and its values are never another record’s', async ({
  page,
  snow,
}) => {
  await page.goto(`${snow.origin}/now/sow/record/incident/${pump.id}?plain`);
  await tab(page).click();
  await expect(call(page)).toHaveText('Call Dana Reyes');
  // Its address changes before its screen does.
  await page.evaluate((to) => history.pushState({}, '', to), `/now/sow/record/incident/${valve.id}`);
  await expect(bar(page)).toContainText('Reading');
  await expect(panel(page).getByText(pump.number)).toHaveCount(0);
  await expect(call(page)).toHaveCount(0);
  await page.evaluate(() => (window as unknown as { go: (to: string) => void }).go(location.pathname));
  await expect(call(page)).toHaveText('Call Valve desk');
  expect(readLink((await call(page).getAttribute('href')) ?? '')).toMatchObject({ id: valve.id, number: valve.number });
});
