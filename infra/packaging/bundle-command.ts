import { cpSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build, type Metafile, type Plugin } from 'esbuild'
import { buildPage } from '../../cli/console/page-assets.ts'
import { shippedFiles } from '../../cli/io/shipped-files.ts'
import { bundleShape } from '../bundle.ts'
import { projectRoot } from './project-root.ts'
import { replacedModules } from './replaced-modules.ts'

/** The file that is the whole command, and the folder beside it that `start` needs: the engine of its table is native code. */
export const commandFile = 'shelflife.js'
export const enginesFolder = 'prebuilds'

const replaced = {
  'cli/io/read-shipped.ts': 'infra/packaging/in-bundle/read-shipped.ts',
  'cli/io/second-part-program.ts': 'infra/packaging/in-bundle/second-part-program.ts',
  'cli/console/page-assets.ts': 'infra/packaging/in-bundle/page-assets.ts',
}

const folderName = 'folderOfThisBundle'

/** The engine looks for its native code in its own folder, which a bundle does not have. */
const engineBeside: Plugin = {
  name: 'engine-beside',
  setup(build) {
    build.onLoad({ filter: /[\\/]classic-level[\\/]binding\.js$/ }, () => ({
      contents: `
        if (!require('node:fs').existsSync(require('node:path').join(${folderName}, '${enginesFolder}')))
          throw new Error('expected the folder ${enginesFolder} beside the command, with the engine of its table, found none')
        module.exports = require('node-gyp-build')(${folderName})`,
      loader: 'js',
    }))
  },
}

/** The engine names its own files without their endings, by which esbuild knows them. */
const namedFiles: Plugin = {
  name: 'named-files',
  setup(build) {
    build.onLoad({ filter: /[\\/]dynalite[\\/]index\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        /require\('(\.\/\w+\/)' \+ action\)/g,
        "require('$1' + action + '.js')",
      ),
      loader: 'js',
    }))
  },
}

/**
 * Writes the command into a folder.
 * @param node what its first line runs it by
 */
export async function bundleCommand(folder: string, node = '/usr/bin/env node'): Promise<Metafile[]> {
  const { metafile } = await build({
    ...bundleShape,
    absWorkingDir: projectRoot,
    entryPoints: [join(projectRoot, 'infra', 'packaging', 'in-bundle', 'shelflife.js')],
    outfile: join(folder, commandFile),
    banner: { js: `#!${node}\n${bundleShape.banner.js}const ${folderName}=import.meta.dirname;` },
    define: { shippedTexts: JSON.stringify(shippedTexts()), pageAssets: JSON.stringify(await builtPage()) },
    plugins: [replacedModules(replaced), engineBeside, namedFiles, ...bundleShape.plugins],
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  })
  cpSync(join(engineIn(metafile), 'prebuilds'), join(folder, enginesFolder), { recursive: true })
  return [metafile, await metafileOfPage()]
}

function engineIn({ inputs }: Metafile): string {
  const binding = Object.keys(inputs).find(path => path.endsWith('/classic-level/binding.js'))
  if (binding === undefined) throw new Error('expected the engine of the embedded table in the command, found none')
  return join(projectRoot, dirname(binding))
}

/** What is in the page, which is built before the bundle and is only text in it. */
async function metafileOfPage(): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: projectRoot,
    entryPoints: [join(projectRoot, 'cli', 'console', 'page', 'main.tsx')],
    outdir: 'unused',
    bundle: true,
    write: false,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.svg': 'dataurl' },
    metafile: true,
  })
  return metafile
}

const shippedTexts = (): Record<string, string> =>
  Object.fromEntries(shippedFiles.map(path => [path, readFileSync(join(projectRoot, path), 'utf8')]))

const builtPage = async () =>
  Array.from(await buildPage(), ([path, { type, body }]) => ({
    path,
    type,
    base64: Buffer.from(body).toString('base64'),
  }))
