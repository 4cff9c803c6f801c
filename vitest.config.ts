import { defineConfig } from 'vitest/config';
import NoSkips from './scripts/no-skips.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    setupFiles: ['test/support/seed.ts'],
    globalSetup: ['test/support/opensearch-server.ts'],
    reporters: [process.env['CI'] ? 'dot' : 'default', new NoSkips()],
  },
});
