import { fileURLToPath } from 'node:url';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { defineConfig } from 'wxt';
import type { FleetBuild } from './scripts/fleet.ts';

// The test build differs from the store's in its open shadow root and its fixed id, and in nothing else.
if (!process.env.VITEST) process.env.NODE_ENV = 'production';

/**
 * The public half of the key that gives unpacked builds the same id everywhere,
 * so that the demo and the tests can name the extension before it is loaded.
 * The private half was never kept: unpacked loading does not need it.
 */
const publicKey =
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAo8X9QS6eJ+hvkmSjfmTk3A/pCV2rZi2L3w5vO8zArmpuT13hrgoZ8R+btAnlhsoTqe1ZzTg9o7L55axdn1Gzn9ypZrBdNFfvTriiuhx4rbkdnpMl6LUZyfOb0DaDZtac7Zo7PuUcu9tG++xSQKx0aFVXgnWH7Tg/TEhMJ4a4tpjTMi/+392AxQncDQKfTjKtit4wHYJ8gGceKf0dIP8sHqyxSdv4VIoxFSV1niWx/0q91EMwuMaBbcZa157htZzu3Gnvnkz1+bIXU39/LZvyz607QXjW1GjFF61kSfSJ3o39ZEC0uMA9sbpfQddq1udTY0DC7PEGUMJ60U5GnSerYQIDAQAB';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What a page gets at load draws without state; what comes later is React's components on Preact (docs/decisions.md). */
const jsx = { find: /^react\/jsx-(dev-)?runtime$/, replacement: here('lib/browser/jsx.ts') };
const preact = [
  { find: /^react-dom\/client$/, replacement: 'preact/compat/client' },
  { find: /^react$/, replacement: 'preact/compat' },
  { find: /^react\/jsx-(dev-)?runtime$/, replacement: 'preact/jsx-runtime' },
];

/** A desk's own script, and the one that asks its API: what each hands to the core, by what the desk's file exports. */
const parts = {
  desk: (id: string) => `import { code } from '../../lib/desks/${id}.ts';

export default defineUnlistedScript(() => {
  globalThis.deskcallCode = { ...globalThis.deskcallCode, 'desk-${id}': code };
});
`,
  rest: (id: string) => `import { asking } from '../../lib/browser/rest.ts';
import { rest } from '../../lib/desks/${id}.ts';

export default defineUnlistedScript(() => {
  globalThis.deskcallAsking = { ...globalThis.deskcallAsking, '${id}': (desk) => asking(desk, rest) };
});
`,
};

/**
 * The scripts of the desks that are more than data, so that a page gets the code of its own desk alone, and of its API
 * only where an admin lets it be asked. They are generated.
 * @returns their names and files
 */
function deskScripts(): { name: string; inputPath: string }[] {
  const folder = here('.wxt/desks');
  mkdirSync(folder, { recursive: true });
  return readdirSync(here('lib/desks')).flatMap((file) => {
    const id = file.replace(/\.ts$/, '');
    const source = readFileSync(here(`lib/desks/${file}`), 'utf8');
    return Object.entries({ desk: 'code', rest: 'rest' } as const).flatMap(([part, name]) => {
      if (!new RegExp(`^export const ${name}\\b`, 'm').test(source)) return [];
      const inputPath = `${folder}/${part}-${id}.ts`;
      const start = "import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';\n";
      const text = start + parts[part as keyof typeof parts](id);
      // Written anew each time, it would make every build look out of date.
      if (textOf(inputPath) !== text) writeFileSync(inputPath, text);
      return [{ name: `${part}-${id}`, inputPath }];
    });
  });
}

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

/** A build for one organisation, which scripts/fleet.ts describes in a file. */
const fleet = process.env.DESKCALL_FLEET
  ? (JSON.parse(readFileSync(process.env.DESKCALL_FLEET, 'utf8')) as FleetBuild)
  : null;

/**
 * WXT's own start of a script logs through a logger of its own, which every page would pay for in every script (about
 * 130 bytes gzipped each); a browser logs what a script throws as well.
 */
const bare = {
  name: 'deskcall-bare-scripts',
  enforce: 'pre' as const,
  transform(code: string, id: string) {
    const [start] = /^import definition from .*$/m.exec(code) ?? [];
    return start && id.includes('unlisted-script-entrypoint')
      ? `${start}\nexport default definition.main();`
      : undefined;
  },
};

/**
 * A page's entry brings the desk's description, so its script needs the code alone. Descriptions are made with small
 * functions, which a bundler may not leave out by itself, since a call could do anything.
 */
const codeOnly = {
  name: 'deskcall-code-only',
  enforce: 'pre' as const,
  transform: (code: string, id: string) =>
    /\/lib\/desks\/[\w-]+\.ts$/.test(id) && /^export const (?:code|rest)\b/m.test(code)
      ? code
          .replace(/^const data: DeskData = \{$.*?^\};$/ms, '')
          .replace(/^const desk: DeskFile = .*?;$/ms, '')
          .replace(/^export default desk;$/m, '')
      : undefined,
};

export default defineConfig({
  imports: false,
  manifestVersion: 3,
  outDirTemplate: `${fleet ? 'fleet-' : ''}{{browser}}-mv{{manifestVersion}}{{modeSuffix}}`,
  modules: ['@wxt-dev/module-react'],
  zip: {
    includeSources: ['entrypoints/**', 'components/**', 'lib/**', 'public/**', '*.json', '*.ts', '*.md', 'LICENSE'],
  },
  manifest: ({ browser, mode }) => ({
    name: '__MSG_extName__',
    description: '__MSG_extDescription__',
    default_locale: 'en',
    permissions: ['storage', 'unlimitedStorage', 'scripting', 'activeTab', 'contextMenus', 'alarms'],
    ...(fleet ? { host_permissions: fleet.hosts } : {}),
    ...(fleet?.closed ? {} : { optional_host_permissions: ['https://*/*', 'http://*/*'] }),
    action: { default_title: '__MSG_extName__' },
    omnibox: { keyword: 'dc' },
    // No default keys: desks use most of them. People choose theirs in the browser's own settings.
    commands: { _execute_action: { description: '__MSG_command__' } },
    storage: browser === 'firefox' ? undefined : { managed_schema: 'managed-schema.json' },
    ...(browser === 'firefox'
      ? {
          browser_specific_settings: {
            gecko: {
              id: fleet?.firefoxId ?? 'deskcall@deskcall.example',
              strict_min_version: '142.0',
              data_collection_permissions: { required: ['none'] },
            },
          },
        }
      : { minimum_chrome_version: '123', ...(mode === 'test' ? { key: publicKey } : {}) }),
  }),
  // No downlevelling of light-dark(): it would double the styles of every page.
  vite: () => ({ build: { cssTarget: ['chrome123', 'firefox142'] } }),
  hooks: {
    'build:publicAssets': (_, files) => {
      if (fleet) files.push({ relativeDest: 'fleet.json', contents: JSON.stringify(fleet.policy) });
    },
    'entrypoints:found': (_, found) => {
      for (const script of deskScripts()) found.push({ ...script, type: 'unlisted-script' });
    },
    'vite:build:extendConfig': (entrypoints, config) => {
      const inPage = entrypoints.some((e) => e.type === 'unlisted-script');
      if (!inPage) return;
      const ofDesk = entrypoints.some((e) => /^(?:desk|rest)-/.test(e.name));
      config.plugins = [...(config.plugins ?? []), bare, ...(ofDesk ? [codeOnly] : [])];
      const first = entrypoints.some((e) => e.name === 'later') ? preact : [jsx];
      const rest = config.resolve?.alias;
      config.resolve = {
        ...config.resolve,
        alias: [
          ...first,
          ...(Array.isArray(rest)
            ? rest
            : Object.entries(rest ?? {}).map(([find, replacement]) => ({ find, replacement }))),
        ],
      };
    },
  },
});
