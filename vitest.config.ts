import { defineConfig } from 'vitest/config'

// Two projects: `unit` needs nothing; `real` starts its own servers on free ports in a folder of its own.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.int.test.ts'],
          // Properties of thousands of cases, on a machine that may have other things to do.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'real',
          include: ['**/*.int.test.ts'],
          exclude: ['**/node_modules/**'],
          globalSetup: ['infra/stack/test-stack.ts'],
          fileParallelism: false,
          // Far above what anything takes: a slow machine is not a failed test. What must be quick is said where it is looked at.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect: { poll: { timeout: 120_000 } },
        },
      },
    ],
  },
})
