import { defineConfig } from 'vitest/config';
import { WxtVitest } from 'wxt/testing/vitest-plugin';

const build = 'tests/unit/build/**/*.test.ts';

export default defineConfig({
  plugins: [WxtVitest()],
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'happy-dom',
          include: ['tests/unit/**/*.test.{ts,tsx}'],
          exclude: [build],
          setupFiles: ['tests/unit/setup.ts'],
          // How long a test may hang, not how long it may take: lanes run side by side on small machines.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      // What the store builds hold; built first, if they are older than what they are built of.
      {
        test: { name: 'build', include: [build], globalSetup: 'tests/unit/build/setup.ts' },
      },
      // The bridge, on a real PostgreSQL that is started once.
      {
        test: {
          name: 'bridge',
          include: ['tests/bridge/**/*.test.ts'],
          globalSetup: 'tests/bridge/setup.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      // The report: its statistics against R's, its page and its data on a real PostgreSQL.
      {
        test: {
          name: 'report',
          include: ['tests/report/**/*.test.ts'],
          exclude: process.env.DESKCALL_R ? [] : ['tests/report/r.test.ts'],
          globalSetup: 'tests/bridge/setup.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      // Notes on the real desks that the environment names.
      {
        test: {
          name: 'bridge-desks',
          include: process.env.DESKCALL_RT5 || process.env.DESKCALL_REDMINE ? ['tests/bridge-desks/**/*.test.ts'] : [],
          globalSetup: 'tests/bridge/setup.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
