import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface SecretFile {
  readonly text: string
  readonly changedAtMs: number
}

/** What Kubernetes takes as a key of a Secret, and so as a name of a file; never a way out of the folder. */
const fileName = /^(?!\.\.?$)(?!\.\.)[-._A-Za-z0-9]{1,253}$/

/** A secret that lies in a folder as a file of its name, read each time: whoever mounts a Secret there may change it. */
export function findSecretFile(folder: string | undefined, id: string): SecretFile | undefined {
  if (folder === undefined || !fileName.test(id)) return undefined
  const path = join(folder, id)
  try {
    return { text: readFileSync(path, 'utf8'), changedAtMs: statSync(path).mtimeMs }
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR'))
      return undefined
    throw error
  }
}
