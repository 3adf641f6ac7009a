import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { rootPath } from '../support/imports.ts'
import { anchorsOf, books, type Link, linksOf, readBook, targetOf } from './books.ts'

const { scripts } = JSON.parse(readFileSync(rootPath('package.json'), 'utf8'))

function isBroken(link: Link): boolean {
  const path = targetOf(link)
  const [, anchor] = link.target.split('#')
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

  it('are linked to from the first page, each of them, those in Chinese from the first in Chinese', () => {
    const firstPages = ['README.md', 'docs/zh/README.md']
    const linked = new Set(firstPages.flatMap(path => linksOf(readBook(path)).map(targetOf)))

    const unlinked = books.filter(({ path }) => path !== 'README.md' && !linked.has(path))

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
