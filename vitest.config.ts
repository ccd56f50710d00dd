import { defineConfig } from 'vitest/config'

const WAITING = ['killed', 'records', 'soak'].map(name => `test/e2e/${name}.test.ts`)

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'parts', include: ['test/**/*.test.ts'], exclude: ['test/e2e/**'] } },
      // Whole products in real time that mostly wait: after everything else, all at once.
      {
        extends: true,
        test: { name: 'waiting', include: WAITING, maxWorkers: WAITING.length, retry: 1, sequence: { groupOrder: 1 } },
      },
      // Whole calls in real time that listen and speak by themselves want the machine to themselves, one file after another.
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['test/e2e/**/*.test.ts'],
          exclude: WAITING,
          fileParallelism: false,
          // Real time on a shared machine: once more before it counts.
          retry: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
