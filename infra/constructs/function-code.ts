import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AssetHashType, BundlingOutput, DockerImage } from 'aws-cdk-lib'
import { Code } from 'aws-cdk-lib/aws-lambda'
import type { Settings } from '../../shared/settings.ts'
import type { FunctionName } from '../../shared/wiring.ts'
import { entryOf } from '../bundle.ts'

/**
 * The code of a function: its bundle, made by esbuild of this machine and never by docker, and the settings beside it as
 * `settings.json`, so that a changed setting is a changed asset. They are written and not passed on, since they may be
 * longer than any command line.
 */
export const functionCode = (name: FunctionName, settings: Settings): Code =>
  Code.fromAsset(dirname(entryOf(name)), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Asked for and never used: what cannot be bundled here fails.
      image: DockerImage.fromRegistry('none'),
      outputType: BundlingOutput.NOT_ARCHIVED,
      local: {
        tryBundle: folder => {
          execFileSync(process.execPath, [bundler, name, folder], { stdio: ['ignore', 'ignore', 'inherit'] })
          writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings))
          return true
        },
      },
    },
  })

const bundler = join(import.meta.dirname, '..', 'bundle-function.ts')
