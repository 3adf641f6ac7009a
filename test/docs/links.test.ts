import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rootPath } from '../support/imports.ts'
import { anchorsOf, books, type Link, linksOf, readBook } from './books.ts'

const { scripts } = JSON.parse(readFileSync(rootPath('package.json'), 'utf8'))

function isBroken({ from, target }: Link): boolean {
  const [file = '', anchor] = target.split('#')
  const path = file === '' ? from : join(dirname(from), file)
  if (!existsSync(rootPath(path))) return true
  return anchor !== undefined && !anchorsOf(readBook(path)).has(anchor)
}

describe('the books', () => {
  it('are found', () => {
    expect(books.map(book => book.path)).toEqual(
      expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'docs/retention.md', 'docs/faults.md']),
    )
  })

  it('link to files and headings that are there', () => {
    const links = books.flatMap(linksOf)

    const broken = links.filter(isBroken)

    expect(links.length).toBeGreaterThan(100)
    expect(broken).toEqual([])
  })

  it('name paths of the tree that are there', () => {
    const named = books.flatMap(({ path, prose }) =>
      [...prose.matchAll(/`((?:cli|docs|functions|infra|shared|test)\/[\w./-]*)`/g)].map(([, name = '']) => ({
        path,
        name,
      })),
    )

    const missing = named.filter(({ name }) => !existsSync(rootPath(name)))

    expect(named.length).toBeGreaterThan(30)
    expect(missing).toEqual([])
  })

  it('name scripts that package.json has', () => {
    const named = books.flatMap(({ path, text }) =>
      [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(test|start)\b)/g)].map(([, script, short]) => ({
        path,
        name: script ?? short ?? '',
      })),
    )

    const missing = named.filter(({ name }) => !(name in scripts))

    expect(named.length).toBeGreaterThan(10)
    expect(missing).toEqual([])
  })

  it('are linked to from the first page, each of them', () => {
    const [first, ...others] = [readBook('README.md'), ...books.filter(book => book.path !== 'README.md')]
    const linked = new Set(linksOf(first).map(({ target }) => target.split('#')[0]))

    const unlinked = others.filter(book => !linked.has(book.path))

    expect(unlinked.map(book => book.path)).toEqual([])
  })

  it('say in words that people know what is to be deleted', () => {
    // What fields were called before stands in the list of changes.
    const wrong = books.flatMap(({ path, text }) =>
      [...(path === 'CHANGELOG.md' ? text.replaceAll(/`[^`]+`/g, '') : text).matchAll(/\bdoom\w*/gi)].map(
        ([word]) => `${path}: ${word}`,
      ),
    )

    expect(wrong).toEqual([])
  })
})
