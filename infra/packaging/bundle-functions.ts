import { join, parse } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { bundleFile } from '../../shared/bundle-names.ts'
import { functions } from '../../shared/wiring.ts'
import { bundleShape, entryOf } from '../bundle.ts'
import { projectRoot } from './project-root.ts'

const { name: bundleName, ext } = parse(bundleFile)

/** Writes the bundle of each function into a folder of its name. */
export async function bundleFunctions(folder: string): Promise<Metafile> {
  const { metafile } = await build({
    ...bundleShape,
    absWorkingDir: projectRoot,
    entryPoints: Object.fromEntries(Object.keys(functions).map(name => [join(name, bundleName), entryOf(name)])),
    outdir: folder,
    outExtension: { '.js': ext },
    legalComments: 'none',
    metafile: true,
  })
  return metafile
}
