import { defineConfig } from 'vitest/config'

const WAITING = ['killed', 'no-words', 'records', 'resume', 'soak'].map(name => `test/e2e/${name}.test.ts`)

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      // Vitest would leave one of two cores idle.
      { extends: true, test: { name: 'parts', include: ['test/**/*.test.ts'], exclude: ['test/e2e/**'], maxWorkers: 2 } },
      // Whole products in real time that mostly wait: after everything else, all at once.
      {
        extends: true,
        test: { name: 'waiting', include: WAITING, maxWorkers: WAITING.length, sequence: { groupOrder: 1 } },
      },
      // Whole calls in real time that listen and speak by themselves want the machine to themselves, one file after another.
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['test/e2e/**/*.test.ts'],
          exclude: WAITING,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
