import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { longestFiles, longestFirst } from './test/longest-first.ts'
import { isThorough } from './test/support/thoroughness.ts'

const sampled = 'test/**/*.sampled.test.ts'
const slow = ['test/**/*.slow.test.ts', ...(isThorough ? [sampled] : [])]

export default defineConfig({
  test: {
    pool: 'forks',
    // One more than there are cores: many tests wait for a process, a queue or a clock.
    maxWorkers: availableParallelism() + 1,
    // Deadlines against hanging, not measures of speed: the machine may be busy with other things.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Commands and installations are processes of their own, and many: what one compiled serves the others.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compiled') },
    sequence: { sequencer: longestFirst(longestFiles) },
    // What the name of a file says decides, so that no file can be forgotten: see test/projects.test.ts.
    projects: [
      {
        extends: true,
        // Loading all modules anew for every file takes as long as the tests themselves.
        test: {
          name: 'quick',
          include: ['test/**/*.test.ts'],
          exclude: [...slow, 'test/real/**'],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'slow', include: slow, exclude: ['test/real/**'] } },
    ],
  },
})
