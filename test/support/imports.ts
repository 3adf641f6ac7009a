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
export function importsOf(folder: string): Import[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .flatMap(file => {
      const path = join(folder, file)
      const text = readFileSync(join(root, path), 'utf8')
      return [...text.matchAll(statement)].map(([, named, bare, late]) => ({
        from: path,
        to: resolved(path, named ?? bare ?? late ?? ''),
      }))
    })
}

const resolved = (from: string, specifier: string): string =>
  specifier.startsWith('.') ? relative(root, join(root, dirname(from), specifier)) : specifier

/** The absolute path of a file of the repository. */
export const rootPath = (path: string): string => join(root, path)
