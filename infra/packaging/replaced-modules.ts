import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Plugin } from 'esbuild'
import { projectRoot } from './project-root.ts'

const sources = /[\\/](cli|functions|infra|shared)[\\/].*\.(ts|js)$/

/**
 * Puts modules of `infra/packaging/in-bundle` in the place of those that look for files beside the sources: paths from the root, the
 * one that is replaced first. A source that looks for files there and is not replaced fails the build: in a bundle it would find
 * none, on some day and not at once.
 */
export const replacedModules = (pairs: Readonly<Record<string, string>>): Plugin => ({
  name: 'replaced-modules',
  setup(build) {
    build.onLoad({ filter: sources }, ({ path }) => {
      const name = relative(projectRoot, path).replaceAll('\\', '/')
      if (name.startsWith('..') || name.includes('node_modules/')) return undefined
      const by = pairs[name]
      if (by !== undefined) return { contents: `export * from ${JSON.stringify(join(projectRoot, by))}`, loader: 'ts' }
      const looksBeside =
        !name.startsWith('infra/packaging/in-bundle/') && readFileSync(path, 'utf8').includes('import.meta.')
      if (!looksBeside) return undefined
      return {
        errors: [
          { text: `${name}: expected no import.meta, which is elsewhere in a bundle; replace it in infra/packaging/` },
        ],
      }
    })
  },
})
