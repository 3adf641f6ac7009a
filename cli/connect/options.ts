import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { configFileOf } from '../../infra/config.ts'
import type { Installation, InstallationTarget } from './installation.ts'

/** The flags by which every command about a running installation finds it. */
export const withInstallationOptions = (command: Command): Command =>
  command
    .option('--data <dir>', 'data folder of the installation on this machine', '.shelflife')
    .option('--aws', 'the deployed installation of this AWS account and region')
    .addOption(
      new Option('--installation <name>', 'the deployed installation of this name').env('SHELFLIFE_INSTALLATION'),
    )
    .option('--config <file>', `configuration of the deployed installation (default: ${configFileOf('NAME')})`)

/** Connects, works and disconnects, also where the work fails. */
export async function withInstallation<T>(
  target: InstallationTarget,
  work: (installation: Installation) => Promise<T>,
): Promise<T> {
  // The clients of clusters and clouds are loaded only where they are needed.
  const { connectInstallation } = await import('./installation.ts')
  const installation = await connectInstallation({ ...target, data: resolve(target.data) })
  try {
    return await work(installation)
  } finally {
    installation.close()
  }
}
