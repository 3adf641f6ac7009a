import { describe, expect, it } from 'vitest'
import { filesOf, linksOf, readBook, targetOf } from './books.ts'

const pages = ['registry-management', 'repository-management', 'security-authentication', 'troubleshooting']
const twins = [
  { english: 'README.md', chinese: 'docs/zh/README.md' },
  ...pages.map(page => ({ english: `docs/${page}.md`, chinese: `docs/zh/${page}.md` })),
]

/** `##` for each heading of the second level, in order. */
const levelsOf = (prose: string): string[] => prose.match(/^#+(?= )/gm) ?? []

/** What a page links to, a page in Chinese by the name of its twin, without the link to the other language. */
function targetsOf(path: string): string[] {
  const targets = linksOf(readBook(path)).map(link => {
    const target = targetOf(link)
    return twins.find(({ chinese }) => chinese === target)?.english ?? target
  })
  return targets.filter(target => target !== 'README.md')
}

describe('the pages in Chinese', () => {
  it('are those of the list, each with its twin', () => {
    expect(filesOf('docs/zh/**/*.md')).toEqual(twins.map(({ chinese }) => chinese).sort())
    expect(twins.flatMap(({ english }) => filesOf(english))).toEqual(twins.map(({ english }) => english))
  })

  it.each(twins)('$chinese has the headings and the code of $english', ({ english, chinese }) => {
    const [original, translated] = [readBook(english), readBook(chinese)]

    expect(original.headings.length).toBeGreaterThan(2)
    expect(levelsOf(translated.prose)).toEqual(levelsOf(original.prose))
    expect(translated.codeBlocks).toEqual(original.codeBlocks)
  })

  it.each(twins)('each part of $chinese is in Chinese', ({ chinese }) => {
    const parts = readBook(chinese)
      .prose.split(/^#+ .*$/m)
      .filter(part => part.trim() !== '')

    expect(parts.filter(part => !/\p{Script=Han}/u.test(part))).toEqual([])
  })

  it('the first one links to what the first one in English does', () => {
    expect(targetsOf('README.md').length).toBeGreaterThan(10)
    expect(targetsOf('docs/zh/README.md')).toEqual(targetsOf('README.md'))
  })
})
