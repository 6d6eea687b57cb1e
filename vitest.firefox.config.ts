import { defineConfig } from 'vitest/config';

/** `npm run firefox`: apart from the unit tests, because these need a build and a browser; one browser at a time. */
export default defineConfig({
  test: {
    environment: 'node',
    include: ['tests/firefox/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 60_000,
  },
});
