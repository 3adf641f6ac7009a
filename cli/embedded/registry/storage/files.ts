import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A reader or a kill at any point sees the old file or the new one, never a part: written aside, then renamed. */
export const replaceFile = async (
  path: string,
  content: string | Uint8Array,
  temporaryFolder: string,
): Promise<void> => {
  const written = join(temporaryFolder, randomUUID())
  await writeFile(written, content)
  await moveFile(written, path)
}

export const moveFile = async (from: string, to: string): Promise<void> => {
  await mkdir(dirname(to), { recursive: true })
  await rename(from, to)
}

export const removeFile = (path: string): Promise<void> => rm(path, { force: true })

export const findFile = (path: string): Promise<Buffer | undefined> => orAbsent(readFile(path))

/** The names in a folder, sorted; none where there is no such folder. */
export const listFolder = async (path: string): Promise<string[]> => ((await orAbsent(readdir(path))) ?? []).toSorted()

/** Undefined where the file is not there; every other failure is thrown. */
export const orAbsent = async <T>(reading: Promise<T>): Promise<T | undefined> => {
  try {
    return await reading
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
