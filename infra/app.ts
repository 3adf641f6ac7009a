import { App } from 'aws-cdk-lib'
import { InvalidInputError } from '../shared/errors.ts'
import { defaultConfigFile, loadConfig } from './config.ts'
import { addInstallation } from './installation.ts'

try {
  const app = new App()
  const chosen: unknown = app.node.tryGetContext('config') ?? process.env.SHELFLIFE_CONFIG
  addInstallation(app, await loadConfig(typeof chosen === 'string' && chosen !== '' ? chosen : defaultConfigFile))
  app.synth()
} catch (error) {
  if (!(error instanceof InvalidInputError)) throw error
  // A mistake in the configuration is for the reader to repair: the message says how, a stack trace would hide it.
  console.error(error.message)
  process.exitCode = 1
}
