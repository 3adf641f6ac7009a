import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, stop } from 'esbuild'
import { NotFoundError } from '../../shared/errors.ts'

/** A file of the page, as it is sent. */
export interface Asset {
  readonly type: string
  readonly body: Uint8Array<ArrayBuffer>
}

/** By the path under which each is asked for. */
export type PageAssets = ReadonlyMap<string, Asset>

const pageFolder = fileURLToPath(new URL('page', import.meta.url))

/**
 * Builds the page of a folder in memory, without a network: `index.html` as it is, and what `main.tsx` imports, styles
 * too, as `/main.js` and `/main.css`. The builder is a process of its own, which ends with it.
 */
export async function buildPage(folder = pageFolder): Promise<PageAssets> {
  const entry = join(folder, 'main.tsx')
  if (!existsSync(entry))
    throw new NotFoundError(`expected the console's page at ${entry}, found none; run the command from its clone`)
  const { outputFiles } = await build({
    entryPoints: { main: entry },
    outdir: '/',
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.svg': 'dataurl' },
    legalComments: 'none',
    logLevel: 'silent',
  }).finally(stop)
  const built = outputFiles.map(({ path, contents }): [string, Asset] => {
    const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
    return [`/${name}`, { type: typeOf(name), body: new Uint8Array(contents) }]
  })
  const html = { type: typeOf('index.html'), body: new Uint8Array(readFileSync(join(folder, 'index.html'))) }
  return new Map([['/', html], ['/index.html', html], ...built])
}

const typeOf = (name: string): string => {
  if (name.endsWith('.js')) return 'text/javascript; charset=utf-8'
  return name.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/html; charset=utf-8'
}
