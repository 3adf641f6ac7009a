import { join } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { bundleShape } from '../bundle.ts'
import { projectRoot } from './project-root.ts'
import { replacedModules } from './replaced-modules.ts'

/** Of the app that the construct is put into: two of them in one app would not know each other's classes. */
export const ofTheApp = ['aws-cdk-lib', 'constructs']

/** Writes the construct into a file. */
export async function bundleConstruct(outfile: string): Promise<Metafile> {
  const { metafile } = await build({
    ...bundleShape,
    absWorkingDir: projectRoot,
    // The oldest Node on which CDK runs.
    target: 'node20',
    entryPoints: [join(projectRoot, 'infra', 'shelflife.ts')],
    outfile,
    external: ofTheApp.flatMap(name => [name, `${name}/*`]),
    plugins: [replacedModules({ 'infra/put-bundle.ts': 'infra/packaging/in-bundle/put-bundle.ts' })],
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  })
  return metafile
}
