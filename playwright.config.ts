import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests/browser',
  // One browser each, for all of a worker's tests (tests/browser/world.ts).
  workers: 2,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  // How long a test may hang, not how long it may take: lanes run side by side on small machines.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: 'list',
  use: { screenshot: 'only-on-failure', actionTimeout: 30_000, navigationTimeout: 60_000 },
  projects: [
    { name: 'demo', testMatch: '*.demo.spec.ts' },
    // Needs running desks: `npm test` starts them. Each test carries the tag of its desk, such as @rt4 or @redmine.
    { name: 'desks', testMatch: '*.desks.spec.ts' },
  ],
});
