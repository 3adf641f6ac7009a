import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { InstallationId } from '../../shared/installation-names.ts'

/** By this a cluster knows the installation of this data folder; the first start makes it, and a copy of the folder is the same one. */
export function ensureInstallationId(dataDir: string): InstallationId {
  const file = join(dataDir, 'installation-id')
  if (!existsSync(file)) {
    writeFileSync(`${file}.next`, `local/${plainHost()}/${randomBytes(4).toString('hex')}\n`)
    renameSync(`${file}.next`, file)
  }
  return readFileSync(file, 'utf8').trim()
}

/** For people, who read it in messages of another machine. */
const plainHost = (): string => hostname().replace(/[^\w.-]/g, '') || 'host'
