import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const statement = /(?:^|\n)(?:import|export)\s[^'"]*?from\s+'([^']+)'|(?:^|\n)import\s+'([^']+)'|import\('([^']+)'\)/g

export interface Import {
  /** From the root of the repository. */
  readonly from: string
  /** From the root as well; a package by its name. */
  readonly to: string
}

/** Every import of the TypeScript files under a folder. */
export const importsOf = (folder: string): Import[] =>
  sourcesOf(folder).flatMap(({ path, text }) =>
    [...text.matchAll(statement)].map(([, named, bare, late]) => ({
      from: path,
      to: resolved(path, named ?? bare ?? late ?? ''),
    })),
  )

/** The TypeScript files under a folder, by their path from the root of the repository. */
export const sourcesOf = (folder: string): { readonly path: string; readonly text: string }[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(file => /\.tsx?$/.test(file))
    .map(file => join(folder, file))
    .map(path => ({ path, text: readFileSync(join(root, path), 'utf8') }))

const resolved = (from: string, specifier: string): string =>
  specifier.startsWith('.') ? relative(root, join(root, dirname(from), specifier)) : specifier

/** The absolute path of a file of the repository. */
export const rootPath = (path: string): string => join(root, path)
