import { globSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createVitest } from 'vitest/node'

it('every test file belongs to one project: quick, slow where its name says so, or the suites of test/real', async () => {
  const root = new URL('..', import.meta.url).pathname
  const vitest = await createVitest('test', { root, watch: false })
  const found = await vitest.globTestSpecifications()
  await vitest.close()

  const projectsOf = (path: string) =>
    found.filter(({ moduleId }) => moduleId === `${root}${path}`).map(({ project }) => project.name)
  const files = globSync('**/*.test.ts', { cwd: root, exclude: ['**/node_modules', '.worktrees'] })

  expect(files.length).toBeGreaterThan(150)
  for (const path of files) {
    const expected = path.startsWith('test/real/suites/') ? [] : [path.endsWith('.slow.test.ts') ? 'slow' : 'quick']
    expect(projectsOf(path), path).toEqual(expected)
  }
})
