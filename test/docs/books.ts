import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { rootPath } from '../support/imports.ts'

/** A Markdown file of the repository. */
export interface Book {
  /** From the root: `docs/design.md`. */
  readonly path: string
  readonly text: string
  /** Without what stands between code fences. */
  readonly prose: string
  /** With their fences, word for word. */
  readonly codeBlocks: readonly string[]
  /** The titles of its headings, as they are written. */
  readonly headings: readonly string[]
}

/** Paths from the root, in order. */
export const filesOf = (...patterns: string[]): string[] => globSync(patterns, { cwd: rootPath('.') }).sort()

export function readBook(path: string): Book {
  const text = readFileSync(rootPath(path), 'utf8')
  const fenced = /^( *)```[\s\S]*?^\1```$/gm
  const prose = text.replaceAll(fenced, '')
  const headings = [...prose.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title)
  return { path, text, prose, codeBlocks: text.match(fenced) ?? [], headings }
}

export const books: readonly Book[] = filesOf('*.md', 'docs/**/*.md').map(readBook)

/** The anchors that GitHub gives to headings. */
export function anchorsOf({ headings }: Book): Set<string> {
  const slugs = headings.map(title =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
  return new Set(slugs.map((slug, at) => `${slug}${repetition(slugs.slice(0, at), slug)}`))
}

function repetition(before: readonly string[], slug: string): string {
  const times = before.filter(one => one === slug).length
  return times === 0 ? '' : `-${times}`
}

export interface Link {
  readonly from: string
  readonly target: string
}

/** The links to files and anchors of this repository; a regular expression between backticks is none. */
export const linksOf = ({ path, prose }: Book): Link[] =>
  [...prose.replaceAll(/`[^`\n]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => ({ from: path, target }))
    .filter(({ target }) => !/^[a-z]+:/.test(target))

/** The file that a link leads to, as a path from the root. */
export function targetOf({ from, target }: Link): string {
  const [file = ''] = target.split('#')
  return file === '' ? from : join(dirname(from), file)
}
