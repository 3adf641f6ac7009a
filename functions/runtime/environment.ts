import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleFile } from '../../shared/bundle-names.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { defaultInstallation, installationNames, nameInId } from '../../shared/installation-names.ts'
import { parseSettings, type Settings } from '../../shared/settings.ts'
import { environmentNames } from '../../shared/wiring.ts'

/** A variable that the wiring gives to this function. @throws InvalidInputError that names the variable */
export function requireVariable(name: keyof typeof environmentNames): string {
  const value = process.env[environmentNames[name]]
  if (value) return value
  throw new InvalidInputError(
    `environment: expected ${environmentNames[name]}, found none; deploy the pipeline stack again`,
  )
}

/** The names of the installation that this function is of; those of the default where the environment says nothing. */
export const ownNames = () =>
  installationNames(nameInId(process.env[environmentNames.installation] ?? defaultInstallation))

/** A variable that the wiring gives where the settings ask for what it names. */
export const findVariable = (name: keyof typeof environmentNames): string | undefined =>
  process.env[environmentNames[name]] || undefined

/** The settings that lie beside the bundle. @throws InvalidInputError */
export function readSettings(): Settings {
  const file = process.env[environmentNames.settingsFile] ?? 'settings.json'
  try {
    return parseSettings(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    if (cause instanceof InvalidInputError) throw cause
    throw new InvalidInputError(`settings: expected JSON in ${file}`, { cause })
  }
}

/** Of Lambda each process has a log stream of its own. Elsewhere one process follows the other under one name. */
export const processName = (): string => process.env.AWS_LAMBDA_LOG_STREAM_NAME || 'the only process'

/**
 * Another text where other code, or other settings, may show something else.
 * @param folder the one of Lambda, in which the bundle lies; absent elsewhere, where code is told apart by its release alone
 */
export function madeBy(release: string, settings: Settings, folder = process.env.LAMBDA_TASK_ROOT): string {
  const file = folder && join(folder, bundleFile)
  const code = file && existsSync(file) ? readFileSync(file) : ''
  return createHash('sha256')
    .update(code)
    .update(JSON.stringify([release, settings]))
    .digest('base64url')
    .slice(0, 12)
}
