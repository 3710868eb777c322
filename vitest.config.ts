import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Only against what hangs: a machine at work takes five times as long.
    testTimeout: 1_200_000,
    hookTimeout: 600_000,
    teardownTimeout: 20_000,
    reporters: ['default'],
  },
});
