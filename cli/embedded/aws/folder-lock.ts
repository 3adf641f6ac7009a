import { readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidInputError } from '../../../shared/errors.ts'

/** A process that was just killed takes a moment to go. */
const patienceMs = 2000
const pollMs = 50

const heldHere = new Set<string>()

/**
 * Takes a data folder for this process; the returned function gives it back. The lock of a process that was killed is
 * taken over. A folder that a living process holds is an InvalidInputError, since two writers would destroy its logs.
 */
export const lockFolder = (folder: string): (() => void) => {
  const path = join(realpathSync(folder), 'process.lock')
  const holder = heldHere.has(path) ? process.pid : stubbornHolderOf(path)
  if (holder !== undefined) {
    throw new InvalidInputError(
      `data folder ${folder} is in use by process ${holder}: stop that process, or choose another folder (if it is not a shelflife process, remove ${path})`,
    )
  }
  writeFileSync(path, String(process.pid), { mode: 0o600 })
  heldHere.add(path)
  return () => {
    if (heldHere.delete(path)) rmSync(path, { force: true })
  }
}

/** True while the process that took the folder lives, as far as it can be seen from here. */
export const isFolderHeld = (folder: string): boolean => {
  const path = join(realpathSync(folder), 'process.lock')
  return heldHere.has(path) || livingHolderOf(path) !== undefined
}

const stubbornHolderOf = (path: string): number | undefined => {
  const giveUpAtMs = Date.now() + patienceMs
  let holder = livingHolderOf(path)
  while (holder !== undefined && Date.now() < giveUpAtMs) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pollMs)
    holder = livingHolderOf(path)
  }
  return holder
}

const livingHolderOf = (path: string): number | undefined => {
  const pid = Number(readOrEmpty(path))
  // In a container the process before this one had the same number.
  return Number.isInteger(pid) && pid > 0 && pid !== process.pid && isAlive(pid) ? pid : undefined
}

const readOrEmpty = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
