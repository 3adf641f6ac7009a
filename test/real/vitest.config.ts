import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { longestFirst } from '../longest-first.ts'
import { longestSuites } from './longest-suites.ts'

if (Number.parseInt(process.versions.node, 10) < 24) {
  throw new Error(`expected Node 24 or newer, this is ${process.version}; run \`npm exec -- vitest run --config ...\``)
}

export default defineConfig({
  test: {
    root: resolve(import.meta.dirname, '../..'),
    include: ['test/real/suites/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    pool: 'forks',
    // They mostly wait; two clusters, emulators and browsers at a time are enough for a small machine.
    maxWorkers: 2,
    sequence: { sequencer: longestFirst(longestSuites) },
  },
})
