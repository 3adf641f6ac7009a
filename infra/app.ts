import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { InvalidInputError } from '../shared/errors.ts'
import { configFileOf, loadConfig } from './config.ts'
import { addInstallation } from './installation.ts'

try {
  const app = new App()
  const chosen = (context: string, variable: string): string | undefined => {
    const value: unknown = app.node.tryGetContext(context) ?? process.env[variable]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const installation = chosen('installation', 'SHELFLIFE_INSTALLATION')
  addInstallation(
    app,
    await loadConfig(chosen('config', 'SHELFLIFE_CONFIG') ?? configFileOf(installation), installation),
  )
  // Of our own app alone: who puts the construct into another has checks of his own.
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  app.synth()
} catch (error) {
  if (!(error instanceof InvalidInputError)) throw error
  // A mistake in the configuration is for the reader to repair: the message says how, a stack trace would hide it.
  console.error(error.message)
  process.exitCode = 1
}
