import { join } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { functions } from '../../shared/wiring.ts'
import { bundleOf } from '../bundle.ts'

/** Writes the bundle of each function into a folder of its name. */
export async function bundleFunctions(folder: string): Promise<Metafile[]> {
  const built = Object.keys(functions).map(name =>
    build({
      ...bundleOf(name, join(folder, name)),
      legalComments: 'none',
      metafile: true,
    }),
  )
  return (await Promise.all(built)).map(({ metafile }) => metafile)
}
