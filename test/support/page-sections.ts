import { readFileSync } from 'node:fs'
import { rootPath } from './imports.ts'

/** A piece of code between fences, without their indentation. */
export interface CodeBlock {
  readonly language: string
  readonly text: string
}

export interface PageSection {
  readonly title: string
  /** In the order of the page. */
  readonly blocks: readonly CodeBlock[]
}

// A block is taken whole before a heading is looked for, so that a comment of a script is none.
const blockOrHeading = /^( *)```(\w*)\n([\s\S]*?)^\1```$|^##+ (.*)$/gm

/** The sections of a page that have code, by the headings right above it. */
export function pageSections(path: string): PageSection[] {
  const sections: { title: string; blocks: CodeBlock[] }[] = []
  for (const [, indent = '', language = '', text = '', title] of readFileSync(rootPath(path), 'utf8').matchAll(
    blockOrHeading,
  )) {
    if (title !== undefined) sections.push({ title, blocks: [] })
    else sections.at(-1)?.blocks.push({ language, text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), '') })
  }
  return sections.filter(({ blocks }) => blocks.length > 0)
}
