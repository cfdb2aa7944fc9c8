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
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
