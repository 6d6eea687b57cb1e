import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { redact, type Reading } from '../../lib/redact.ts';
import { shapeOfUrl } from '../../lib/shapes.ts';
import { attributes, parts, tags, words } from '../../lib/structure-words.ts';
import { readPage } from '../../lib/which.ts';
import { parsePage } from '../../scripts/page.ts';
import { documentOf } from '../desks/check.ts';
import { fixtures } from '../desks/fixtures.ts';

// Hundreds of pages are made and read, and some commands are started: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 });

const at = 'https://desk.example/';
const parse = (html: string, url = at): Document => parsePage(url, html).document;
const blank = parse('');
/** A new page in the window of another: hundreds of small ones would spend most of their time on windows. */
const small = (html: string): Document => {
  const document = blank.implementation.createHTMLDocument();
  document.body.innerHTML = html;
  return document;
};
const outlineOf = (report: string): string => report.slice(report.indexOf('\n\nhtml'));
const linesOf = (report: string): string[] =>
  outlineOf(report)
    .trim()
    .split('\n')
    .map((line) => line.trim());
const of = (html: string, read?: Reading): string => redact({ url: at, document: parse(html) }, read);

/** All that a report can be written in beside the words of a page's structure. */
const format = new Set(
  `deskcall a page reduced to its structure other words are numbers long ids x text is of characters alike in all five
   address desk case read not problems cut none nothing missing elements open shadow roots frames frame readable given
   deeper than with they hold after the first lines labelled https http about blank srcdoc scheme host
   word digits hex mixed uuid key id kind number title requester assignee queue asset priority status opened
   url rest attr css label no several disagree`.split(/\s+/),
);

const lettersOf = (text: string): string[] =>
  text
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .match(/\p{L}+/gu) ?? [];

const pathWords = new Set([...parts, ...tags].flatMap(lettersOf));
const endings = new Set(['do', 'htm', 'html', 'aspx', 'jsp', 'php', 'app', 'mvc']);
const allowed = (word: string): boolean =>
  [words, attributes, format, pathWords, endings].some((list) => list.has(word));

/** Words of a report that may not be there: the report's own and those of structure are all that is. */
const strangers = (report: string, products: string[] = []): string[] => {
  const own = new Set(products.flatMap(lettersOf));
  return lettersOf(report).filter((word) => !allowed(word) && !own.has(word));
};

describe('whatever a page holds, its report is written in the words of structure alone', () => {
  // Not one of these may be a word of structure, or the test would prove nothing.
  const name = ['Zenobia', 'Quarkwright'];
  const forms = [
    'Zenobia Quarkwright',
    'zenobia-quarkwright',
    'ZenobiaQuarkwright',
    'zenobia_quarkwright',
    'ZENOBIA.QUARKWRIGHT',
    'zenobia',
    'user-zenobia',
    'rowZenobia',
    'zenobia.quarkwright@acmecorp.example',
    'ACMECORP',
    '+49 170 5550199',
    '1705550199',
    'INC5550199',
    'OPS-5550199',
    'row-5550199',
    '9d385017c611228701d22104cc95c371',
    'case-9d385017c611228701d22104cc95c371',
    '{3C9EF1A4-77B0-4A1D-9C1E-5550199AAB01}',
    '5003000000D8cuIAAR',
    'Leaking seal on pump quarkwright',
    'zenobia quarkwright',
    'Ζηνοβία',
    'zen​obia',
    '<b>quarkwright</b>',
    '"&quot;quarkwright',
    'quarkwright%40acmecorp',
  ];
  const secrets = /zenobia|quarkwright|acmecorp|5550199|9d385017|c611228|3c9ef1a4|5003000000|d8cuiaar|Ζηνοβία/i;

  test('the canaries are no words of structure', () => {
    expect(forms.some((form) => secrets.test(form))).toBe(true);
    for (const word of [...name, 'acmecorp', 'leaking', 'seal', 'pump'])
      expect([...words, ...attributes, ...tags, ...parts]).not.toContain(word.toLowerCase());
  });

  const holders = [
    'id',
    'class',
    'title',
    'alt',
    'href',
    'src',
    'srcset',
    'value',
    'placeholder',
    'name',
    'role',
    'type',
    'for',
    'rel',
    'content',
    'label',
    'summary',
    'style',
    'onclick',
    'slot',
    'part',
    'lang',
    'action',
    'srcdoc',
    'cite',
    'itemprop',
    'aria-label',
    'aria-labelledby',
    'aria-description',
    'aria-valuetext',
    'aria-controls',
    'aria-current',
    'data-testid',
    'data-test-id',
    'data-test',
    'data-cy',
    'data-selenium-test',
    'data-id',
    'data-garden-id',
    'data-name',
    'data-field',
    'data-key',
    'data-ref',
    'data-user',
    'data-json',
    'data-worklink-case',
    'arid',
    'ardbn',
    'xlink:href',
    'property',
  ]; // prettier-ignore
  const places: Record<string, (document: Document, secret: string) => void> = {
    text: (document, secret) => document.body.append(secret),
    'a title': (document, secret) => (document.title = secret),
    'a comment': (document, secret) => document.body.append(document.createComment(secret)),
    'a textarea': (document, secret) => {
      const area = document.createElement('textarea');
      area.textContent = secret;
      area.value = secret;
      document.body.append(area);
    },
    'a field': (document, secret) => {
      const input = document.createElement('input');
      input.value = secret;
      document.body.append(input);
    },
    'an option': (document, secret) => {
      const select = document.createElement('select');
      const option = select.appendChild(document.createElement('option'));
      option.textContent = secret;
      option.value = secret;
      document.body.append(select);
    },
    'a template': (document, secret) => {
      const template = document.createElement('template');
      template.content.append(document.createElement('p'), secret);
      document.body.append(template);
    },
    'a shadow root': (document, secret) => {
      const root = document.body.appendChild(document.createElement('div')).attachShadow({ mode: 'open' });
      root.append(secret, document.createElement('p'));
      root.querySelector('p')?.setAttribute('data-id', secret);
    },
    script: (document, secret) => (document.body.appendChild(document.createElement('script')).textContent = secret),
    style: (document, secret) => (document.body.appendChild(document.createElement('style')).textContent = secret),
    'a drawing': (document, secret) => {
      const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      svg.append(document.createElementNS('http://www.w3.org/2000/svg', 'title'), secret);
      document.body.append(svg);
    },
    'the name of an element': (document, secret) => {
      const tag = secret.replace(/[^a-z0-9-]/gi, '');
      for (const each of [`x-${tag}`, `row-${tag}-item`, `a${tag}`]) document.body.append(document.createElement(each));
    },
    'the name of an attribute': (document, secret) => {
      const key = secret.replace(/[^a-z0-9_.-]/gi, '');
      for (const each of [`data-${key}`, `aria-${key}`, `a${key}`]) document.body.setAttribute(each, '');
    },
    ...Object.fromEntries(
      holders.map((key): [string, (document: Document, secret: string) => void] => [
        key,
        (document, secret) => {
          for (const tag of ['div', 'a', 'input', 'meta', 'x-item']) {
            const element = document.createElement(tag);
            element.setAttribute(key, secret);
            document.body.append(element);
          }
        },
      ]),
    ),
  };

  test.each(Object.entries(places))('%s', (_, put) => {
    const leaks = forms.filter((secret) => {
      const document = small('<main data-testid="issue.view"></main>');
      put(document, secret);
      const report = redact({ url: at, document });
      return secrets.test(report) || strangers(report).length || !report.includes('[data-testid=issue.view]');
    });
    expect(leaks).toEqual([]);
  });

  test('a broken tag whose value became attributes', () => {
    const report = of('<p title=Zenobia Quarkwright +49 170 5550199 data-x=1>x</p><zenobia quarkwright>x');
    expect(report).not.toMatch(secrets);
    expect(strangers(report)).toEqual([]);
  });

  const secret = fc.oneof(
    fc.constantFrom(...forms),
    fc.string({ maxLength: 40 }),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc
      .array(fc.constantFrom(...name, '-', '.', '_', '7', '5550199', 'row', 'ticket'), { maxLength: 6 })
      .map((l) => l.join('')),
  );

  test('any number of secrets in any places', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...Object.values(places)), secret), { maxLength: 12 }), (all) => {
        const document = small('<main></main>');
        for (const [put, text] of all)
          try {
            put(document, text);
          } catch {
            // A name that no element or attribute can have.
          }
        const report = redact({ url: at, document });
        expect(report).not.toMatch(secrets);
        expect(strangers(report)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('any address', () => {
    const part = fc.oneof(secret, fc.constantFrom('now', 'record', 'tickets', '204', 'a/b?c=d', ''));
    const piece = part.map(encodeURIComponent);
    fc.assert(
      fc.property(
        fc.tuple(fc.array(piece), fc.array(fc.tuple(piece, piece)), fc.array(piece), fc.boolean(), piece),
        ([path, query, hash, isApp, user]) => {
          const address = `https://${user}:${user}@zenobia.acmecorp.example:8443/${path.join('/')}?${query
            .map((pair) => pair.join('='))
            .join('&')}#${isApp ? '/' : ''}${hash.join(isApp ? '/' : '&')}`;
          const shown = shapeOfUrl(address);
          expect(shown).not.toMatch(secrets);
          expect(strangers(shown)).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('what Deskcall read is not said, not even by its words in an identifier', () => {
    const read: Reading = {
      desk: 'redmine',
      case: {
        desk: 'acme-desk',
        kind: 'Zenobia',
        id: '5550199',
        number: 'INC5550199',
        title: 'Zenobia Quarkwright',
        queue: 'Field Service',
        fields: { 'Quarkwright no.': '5550199', Zenobia: 'Private Customer' },
      },
      sources: {
        id: 'url',
        title: 'css#2',
        'fields.Quarkwright no.': 'label#1',
        'fields.Zenobia': 'label#1',
        queue: 'attr',
      },
      problems: [{ code: 'disagree', message: 'The address says 5550199, the page shows Zenobia.' }],
    }; // prettier-ignore
    const report = of(
      '<body class="project-field-service field-label private-customer"><p id="FieldService_tab">',
      read,
    );
    expect(report).not.toMatch(secrets);
    expect(report).not.toMatch(/acme|field.?service|private/i);
    expect(report).toContain('body.project-~-~.field-label');
    expect(report).toContain('read      id url, title css#2, queue attr, 2 labelled label#1\n');
    expect(report).toContain('not read  requester, assignee, asset, priority, status, opened\n');
    expect(report).toContain('problems  disagree\n');
  });
});

describe('the recorded pages of all desks', () => {
  test.each(fixtures)('$name: no value that is read there', (fixture) => {
    const { url, desk, read } = fixture;
    const document = documentOf(fixture);
    const report = redact({ url, document }, readPage({ url, document }, desk));
    expect(strangers(report, [read.desk ?? ''])).toEqual([]);
    const { desk: _desk, kind: _kind, fields = {}, ...named } = read.case ?? { desk: '', kind: '' };
    const values = [...Object.values(named), ...Object.keys(fields), ...Object.values(fields)];
    // Lengths and counts are the report's own; what HTML itself calls its attributes says nothing of the page.
    const said = outlineOf(report)
      .replace(/text\(\d+\)|×\d+|‹[a-z]+\d*›|\+\d+|\[[\w-]+=/g, '')
      .replace(/\{([^}]*)\}/g, (_, names: string) =>
        names
          .split(' ')
          .filter((name) => !attributes.has(name))
          .join(' '),
      );
    const sequence = ` ${lettersOf(said).join(' ')} `;
    const leaks = values.filter((value) => {
      const list = lettersOf(value);
      const numbers = value.match(/\d{2,}/g) ?? [];
      return (
        (list.join('').length > 2 && sequence.includes(` ${list.join(' ')} `)) || numbers.some((n) => said.includes(n))
      );
    });
    expect(leaks).toEqual([]);
    if (values.length) expect(report).toContain('case      read');
  });

  test.each(fixtures)('$name: another page of the same structure has the same report', (fixture) => {
    const { url, html } = fixture;
    const report = redact({ url, document: documentOf(fixture) });
    const other = parse(html, url);
    const changed = scramble(other);
    expect(changed).toBeGreaterThan(20);
    expect(redact({ url, document: other })).toBe(report);
  });

  test.each(fixtures)('$name: its structure is still there', (fixture) => {
    const document = documentOf(fixture);
    const { url } = fixture;
    const lines = outlineOf(redact({ url, document })).trim().split('\n');
    const elements = document.querySelectorAll('body *').length;
    expect(lines.length).toBeGreaterThan(elements / 10);
  });
});

/** Changes every text and every value that is no structure, keeping lengths. @returns how many */
function scramble(root: ParentNode & Node): number {
  let changed = 0;
  const other = (text: string): string => text.replace(/\S/g, 'q');
  const kept =
    /^(id|class|role|type|rel|name|slot|part|for|property|itemprop|href|aria-.*|data-.*|ar(id|dbn)|shadow.*|srcdoc)$/;
  for (const child of root.childNodes) {
    if (child.nodeType === 3 || child.nodeType === 8) {
      if (/\S/.test(child.nodeValue ?? '')) changed += 1;
      child.nodeValue = other(child.nodeValue ?? '');
    }
    if (child.nodeType !== 1) continue;
    const element = child as Element;
    for (const { name, value } of element.attributes)
      if (!kept.test(name)) {
        changed += 1;
        element.setAttribute(name, other(value));
      }
    changed += scramble(element);
    if (element.shadowRoot) changed += scramble(element.shadowRoot);
    const inside = (element as HTMLIFrameElement).contentDocument;
    if (inside) changed += scramble(inside);
  }
  return changed;
}

describe('what a reading hangs on stays', () => {
  // Identifiers that desks are known to carry (contracts of sixteen products), word by word as they stand in the page.
  test.each([
    'issue.views.issue-base.foundation.summary.heading',
    'issue.views.issue-base.foundation.breadcrumbs.breadcrumb-current-issue-container',
    'issue.issue-view-layout.issue-view-reporter-field.reporter',
    'issue-field-status.ui.status-view.status-button.status-button--text',
    'field-cmdb-object-lazy',
    'omni-header-subject',
    'ticket-pane-subject',
    'ticket-system-field-requester-select',
    'assignee-field-selected-agent-tag',
    'ticket-fields-priority-select',
    'customer-context-tab-navigation',
    'dropdowns.combobox.value',
    'header-tab',
    'ticket_status_label',
    'tkt-properties-status',
    'requester-info-contact-name',
    'ticket-human-display-id',
    'subject-text',
    'sfdc:RecordField.Case.Subject',
    'header_title',
    'ticketnumber.fieldControl-text-box-text',
    'createdon.fieldControl-datetime-description_container',
    'highlightTitle',
    'contact-chicklet-title-link',
    'record-highlight-main-content',
    'display_id',
    'caseSubjectText',
    'conversation-toolbar',
    'ConversationHeader.Actions',
  ])('%s', (id) => {
    expect(of(`<p data-testid="${id}">x</p>`)).toContain(`[data-testid=${id}]`);
    expect(of(`<p id="${id}">x</p>`)).toContain(`#${id}`);
  });

  test.each([
    ['sn-record-input-connected', 'sn-record-input-connected'],
    ['records-record-layout-item', 'records-record-layout-item'],
    ['uci-header-control-list-item', 'uci-header-control-list-item'],
    ['macroponent-f51912f4c700201072b211d4d8c26010', 'macroponent-X'],
  ])('<%s>', (tag, shown) => expect(of(`<${tag} title="x"></${tag}>`)).toContain(`${shown} {title}`));

  test.each([
    ['id="sys_display.incident.caller_id"', '#sys_display.incident.caller_id'],
    ['id="CF-12-ShowRow"', '#CF-9-ShowRow'],
    ['data-id="subTab_4550000001"', '[data-id=subTab_9]'],
    ['class="css-1x2y3z windowViewMode-normal active"', '.css-9~.windowViewMode-~.active'],
    ['data-item-id="3fa85f6457174562b3fc2c963f66afa6" role="listitem"', '[role=listitem] {data-item-id}'],
    ['href="/projects/plant-7/issues/204?tab=history#note-2"', '{href}'],
    ['class="zenobia row sc-bXYz"', 'p.row text(1)'],
    [`data-testid="${'row-'.repeat(50)}" id="zenobia"`, 'p {data-testid id} text(1)'],
    ['data-testid="the private customer" role="row"', 'p [role=row] {data-testid} text(1)'],
    ['aria-labelledby="the customer row of page"', 'p {aria-labelledby} text(1)'],
  ])('%s', (attribute, shown) => expect(of(`<p ${attribute}>x</p>`)).toContain(shown));

  test('a link tells what it leads to', () => {
    expect(of('<a href="https://acme.example/jira/browse/OPS-5550199?atlOrigin=7">x</a>')).toContain(
      'a [href=/jira/browse/‹key›?~Origin=‹digits1›] text(1)',
    );
    expect(of('<a href="mailto:zenobia@acme.example">x</a>')).toContain('a {href} text(1)');
  });

  test('every test id that a desk’s file reads by', () => {
    const lost: string[] = [];
    for (const file of readdirSync('lib/desks').filter((each) => each.endsWith('.ts'))) {
      const text = readFileSync(join('lib/desks', file), 'utf8');
      for (const [, key = '', value = ''] of text.matchAll(/\[(data-[a-z-]+)[~|^$*]?=\\?["']([\w.:|/-]+)\\?["']/g))
        if (!of(`<p data-testid="${value}">x</p>`).includes(`[data-testid=${value.replace(/\d+/g, '9')}]`))
          lost.push(`${file}: ${key}=${value}`);
    }
    expect(lost).toEqual([]);
  });
});

describe('the outline', () => {
  test('siblings of one shape stand once with their number, whatever their texts', () => {
    const rows = Array.from({ length: 40 }, (_, n) => `<tr class="row"><td>${'x'.repeat(n)}<td><b>y</b>`).join('');
    const report = of(`<table><tbody>${rows}<tr class="total"><td>z</table>`);
    expect(linesOf(report)).toEqual([
      'html',
      'head',
      'body > table > tbody',
      'tr.row',
      'td',
      'td > b text(1)',
      '… ×40',
      'tr.total',
      'td text(1)',
    ]); // prettier-ignore
  });

  test('texts are lengths of the element’s own text; fields, scripts, drawings and templates have none', () => {
    const report = of(
      '<p> one  <b>two</b> </p><textarea>secret</textarea><input value="secret"><script>secret</script><style>a{}</style>' +
        '<svg><g><path d="M0"/></g></svg><template><p>secret</p></template><noscript>secret</noscript>',
    );
    expect(linesOf(report)).toEqual([
      'html',
      'head',
      'body',
      'p text(3)',
      'b text(3)',
      'textarea',
      'input {value}',
      'svg',
      'template',
      'noscript',
    ]); // prettier-ignore
  });

  test('open shadow roots and frames of the same origin are marked, the extension’s own panel is left out', () => {
    const document = parse('<iframe id="main-frame"></iframe><iframe></iframe><deskcall-panel></deskcall-panel>');
    const inside = parse('<h2 data-testid="ticket-pane-subject">Zenobia</h2><x-panel></x-panel>');
    const root = inside.querySelector('x-panel')?.attachShadow({ mode: 'open' });
    if (root) root.innerHTML = '<slot name="value"></slot>';
    // happy-dom loads no frames; what Chromium puts into them is looked at in inspect.demo.spec.ts.
    Object.defineProperty(document.querySelector('#main-frame'), 'contentDocument', { value: inside });
    const report = redact({ url: at, document });
    expect(report).toContain('open shadow roots 1, frames read 1');
    expect(report).toMatch(
      /iframe#main-frame\n +#frame \S+\n +html\n +head\n +body\n +h2 \[data-testid=ticket-pane-subject\] text\(7\)\n +~-panel\n +#shadow\n +slot \[name=value\]\n +iframe\n +#frame not readable\n/,
    );
    expect(report.match(/-panel/g)).toHaveLength(1);
  });

  test('what is too deep or too much is cut, and the report says so', () => {
    expect(of('<p>x</p>')).toContain('cut       nothing\n');
    const deep = of('<div class="box">'.repeat(100));
    expect(deep).toContain('elements deeper than 80, with all they hold');
    expect(deep.split('\n').length).toBeLessThan(110);
    const document = parse('<main></main>');
    for (let n = 0; n < 4000; n += 1) document.querySelector('main')?.append(document.createElement(n % 2 ? 'p' : 'b'));
    const long = redact({ url: at, document });
    expect(long).toMatch(/cut {7}\d+ lines after the first 3000\n/);
    expect(long.split('\n').length).toBeLessThan(3020);
  });
});

describe('addresses', () => {
  test.each([
    [
      'https://acme.service-now.com/now/sow/record/u_acme_fault/9d385017c611228701d22104cc95c371',
      'https://‹host›/now/sow/record/‹word›/‹hex32›',
    ],
    [
      'https://acme.service-now.com/now/nav/ui/classic/params/target/incident.do%3Fsys_id%3D9d385017c611228701d22104cc95c371',
      'https://‹host›/now/nav/ui/classic/params/target/‹incident.do?sys_id=‹hex32››',
    ],
    [
      'https://acme.service-now.com/nav_to.do?uri=incident.do%3Fsys_id%3D9d385017c611228701d22104cc95c371',
      'https://‹host›/nav_to.do?uri=‹incident.do?sys_id=‹hex32››',
    ],
    [
      'https://jane:pw@acme.atlassian.net:8443/browse/OPS-204?focusedId=1',
      'https://‹host›/browse/‹key›?focusedId=‹digits1›',
    ],
    ['https://acme.zendesk.com/agent/tickets/204', 'https://‹host›/agent/tickets/‹digits3›'],
    [
      'https://acme.lightning.force.com/lightning/r/Case/5003000000D8cuIAAR/view?ws=%2Flightning%2Fr%2FAccount%2F0013000000D8cuIAAR%2Fview',
      'https://‹host›/lightning/r/Case/‹mixed18›/view?ws=‹/lightning/r/‹word›/‹mixed18›/view›',
    ],
    [
      'https://acme.crm4.dynamics.com/main.aspx?etn=incident&id=%7B3C9EF1A4-77B0-4A1D-9C1E-5550199AAB01%7D&pagetype=entityrecord',
      'https://‹host›/main.aspx?etn=‹word›&id=‹uuid›&pagetype=‹word›',
    ],
    [
      'https://rt.acme.example/rt/Ticket/Display.html?Action=Respond;id=204#txn-45',
      'https://‹host›/rt/Ticket/Display.html?Action=‹word›;id=‹digits3›#‹mixed6›',
    ],
    ['https://smart.acme.example/ux/#/incidentPV/IDGABC123', 'https://‹host›/‹word›/#/‹word›/‹mixed9›'],
    [
      'https://tryton.acme.example/#desk/model/sale.complaint/1;name=%22Customer%22',
      'https://‹host›/#‹word›/model/‹word›/‹digits1›;name=‹text›',
    ],
    ['https://acme.example/?q=zenobia%40acme.example&zenobia=1', 'https://‹host›/?q=‹text›&~=‹digits1›'],
    ['file:///home/zenobia/page.html', '‹scheme›:'],
    ['about:blank', 'about:blank'],
    ['no address', '‹address›'],
  ])('%s', (url, shown) => expect(shapeOfUrl(url)).toBe(shown));
});

describe('npm run redact', () => {
  function command(args: string[]): Promise<{ code: number | null; out: string; err: string }> {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, ['scripts/redact.ts', ...args]);
      let out = '';
      let err = '';
      child.stdout.on('data', (text: Buffer) => void (out += text.toString()));
      child.stderr.on('data', (text: Buffer) => void (err += text.toString()));
      child.on('close', (code) => resolve({ code, out, err }));
    });
  }

  test('a saved page, with its address given or noted by the browser that saved it', async () => {
    const url = 'https://redmine.acmecorp.example/issues/204';
    const file = join('tests', 'desks', 'redmine', 'case.html');
    const given = await command([file, '--url', url]);
    expect(given).toMatchObject({ code: 0, err: '' });
    expect(given.out).toContain('address   https://‹host›/issues/‹digits3›\ndesk      redmine\ncase      read\n');
    expect(given.out).not.toMatch(/acmecorp|Alex|Pump|ASSET-204/i);
    const folder = mkdtempSync(join(tmpdir(), 'deskcall-redact-'));
    const saved = join(folder, 'saved.html');
    writeFileSync(saved, `<!DOCTYPE html>\n<!-- saved from url=(0043)${url} -->\n${readFileSync(file, 'utf8')}`);
    const noted = await command([saved]);
    rmSync(folder, { recursive: true });
    expect(noted.out).toBe(given.out);
    expect((await command([file])).out).toContain('address   not given\npage ');
  });

  test.each([
    [[], /^Give one saved page: /],
    [['no-such-file.html'], /^"no-such-file.html" cannot be read: ENOENT\.\n$/],
    [['README.md', '--url', 'desk'], /^"desk" is not an absolute address\.\n$/],
  ])('%j is refused with a sentence', async (args, why) => {
    const { code, out, err } = await command(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(why);
  });
});
