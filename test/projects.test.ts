import { existsSync, globSync } from 'node:fs'
import { afterEach, expect, it, vi } from 'vitest'
import { createVitest } from 'vitest/node'
import { longestFiles } from './longest-first.ts'
import { longestSuites } from './real/longest-suites.ts'
import { importsOf, rootPath } from './support/imports.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

const projectsOf = (path: string, ofSampled: string): string[] => {
  if (path.startsWith('test/real/suites/')) return []
  if (path.endsWith('.slow.test.ts')) return ['slow']
  return [path.endsWith('.sampled.test.ts') ? ofSampled : 'quick']
}

it.each([
  ['quick', '0'],
  ['slow', '1'],
])(
  'every test file belongs to one project, as its name says, and sampled ones to %s where THOROUGH is %s',
  async (ofSampled, thorough) => {
    vi.stubEnv('THOROUGH', thorough)
    const root = new URL('..', import.meta.url).pathname
    const vitest = await createVitest('test', { root, watch: false })
    const found = await vitest.globTestSpecifications()
    await vitest.close()

    const foundIn = (path: string) =>
      found.filter(({ moduleId }) => moduleId === `${root}${path}`).map(({ project }) => project.name)
    const files = globSync('**/*.test.ts', { cwd: root, exclude: ['**/node_modules', '.worktrees'] })

    expect(files.length).toBeGreaterThan(150)
    for (const path of files) expect(foundIn(path), path).toEqual(projectsOf(path, ofSampled))
  },
)

it('every test file that samples is named for it, so that it is run whole as well', () => {
  const imports = importsOf('test')
  const sampling = new Set(['test/support/thoroughness.ts'])
  for (let before = 0; before < sampling.size; ) {
    before = sampling.size
    for (const { from, to } of imports) if (sampling.has(to)) sampling.add(from)
  }

  const files = [...sampling].filter(path => path.endsWith('.test.ts'))

  expect(files.length).toBeGreaterThan(10)
  expect(files.filter(path => !/\.(slow|sampled)\.test\.ts$/.test(path))).toEqual([])
})

it('the files that are begun first are there', () => {
  expect([...longestFiles, ...longestSuites].filter(path => !existsSync(rootPath(path)))).toEqual([])
})
