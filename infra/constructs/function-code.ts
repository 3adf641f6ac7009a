import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AssetHashType, BundlingOutput, DockerImage } from 'aws-cdk-lib'
import { Code } from 'aws-cdk-lib/aws-lambda'
import type { Settings } from '../../shared/settings.ts'
import type { FunctionName } from '../../shared/wiring.ts'
import { putBundle, sourceOf } from '../put-bundle.ts'

/**
 * The code of a function: its bundle, and the settings beside it as `settings.json`, so that a changed setting is a changed
 * asset. They are written and not passed on, since they may be longer than any command line.
 */
export const functionCode = (name: FunctionName, settings: Settings): Code =>
  Code.fromAsset(sourceOf(name), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Asked for and never used: what cannot be bundled here fails.
      image: DockerImage.fromRegistry('none'),
      outputType: BundlingOutput.NOT_ARCHIVED,
      local: {
        tryBundle: folder => {
          putBundle(name, folder)
          writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings))
          return true
        },
      },
    },
  })
