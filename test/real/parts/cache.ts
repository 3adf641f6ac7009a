import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { InvalidInputError } from '../../../shared/errors.ts'

/** Absolute paths of the programs the tests run. */
export interface Parts {
  kubeApiserver: string
  kubeControllerManager: string
  kubectl: string
  etcd: string
  /** distribution 3 */
  registry3: string
  /** distribution 2, as Debian still packages it */
  registry2: string
  /** The checks of the OCI distribution specification. */
  conformance: string
  /** What EKS runs beside its API server. */
  awsIamAuthenticator: string
  crane: string
  gitea: string
  regctl: string
  regbot: string
  skopeo: string
  jq: string
  zsh: string
  shellcheck: string
  chromium: string
  promtool: string
  prometheus: string
  /** The Python of the emulator's own environment. */
  emulatorPython: string
  /** Beside it lies cfn-lint. */
  checkov: string
}

export const projectRoot = resolve(import.meta.dirname, '../../..')
const cacheFolder = join(projectRoot, '.cache', 'real')
const partsFile = join(cacheFolder, 'parts.json')

/** A folder of the cache, made if need be. */
export function cached(...path: string[]): string {
  const folder = join(cacheFolder, ...path)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Whether this version of the part was finished and its file is still there. */
export function isStamped(part: string, version: string, file: string): boolean {
  const stamp = join(cached('stamps'), part)
  return existsSync(file) && existsSync(stamp) && readFileSync(stamp, 'utf8') === version
}

export function stamp(part: string, version: string): void {
  writeFileSync(join(cached('stamps'), part), version)
}

export function writeParts(parts: Parts): void {
  cached()
  writeFileSync(partsFile, `${JSON.stringify(parts, null, 2)}\n`)
}

/** What the last installation found or built; throws InvalidInputError when there was none. */
export function readParts(): Parts {
  if (!existsSync(partsFile)) {
    throw new InvalidInputError(`expected ${partsFile}, found none; run \`node test/real/install.ts\` first`)
  }
  return JSON.parse(readFileSync(partsFile, 'utf8'))
}
