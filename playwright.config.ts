import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests/browser',
  // One browser each, for all of a worker's tests (tests/browser/world.ts).
  workers: 2,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 45_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  use: { screenshot: 'only-on-failure', actionTimeout: 15_000, navigationTimeout: 20_000 },
  projects: [
    { name: 'demo', testMatch: '*.demo.spec.ts' },
    // Needs running desks: `npm test` starts them. Each test carries the tag of its desk, such as @rt4 or @redmine.
    { name: 'desks', testMatch: '*.desks.spec.ts' },
  ],
});
