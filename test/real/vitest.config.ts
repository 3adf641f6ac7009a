import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

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
    // A cluster and an emulator at a time are enough for a small machine.
    fileParallelism: false,
  },
})
