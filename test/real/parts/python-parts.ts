import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidInputError } from '../../../shared/errors.ts'
import { cached, isStamped, stamp } from './cache.ts'
import { run, runOrThrow } from './run.ts'

const requirements = join(import.meta.dirname, 'requirements.txt')
const part = 'emulator'

const folder = (): string => cached('emulator')
const python = (): string => join(folder(), 'bin', 'python')
const version = (): string => createHash('sha256').update(readFileSync(requirements)).digest('hex')

/** The Python of the emulator's environment, or undefined when it was not made yet from these requirements. */
export function findEmulator(): string | undefined {
  return isStamped(part, version(), python()) ? python() : undefined
}

/** Throws InvalidInputError unless Python 3.11 or newer with venv is there. */
export async function requirePython(): Promise<void> {
  const ask = 'import ensurepip, venv, sys; print("%d.%d" % sys.version_info[:2])'
  const found = await run('python3', ['-c', ask]).catch(() => undefined)
  const [major = 0, minor = 0] = (found?.stdout ?? '').split('.').map(Number)
  if (major === 3 && minor >= 11) return
  const came = found?.stdout.trim() || (found?.stderr.trim().split('\n').at(-1) ?? 'none')
  const how = 'on Debian run `sudo apt-get install python3 python3-venv`'
  throw new InvalidInputError(`expected Python 3.11 or newer with venv, found ${came}; ${how}`)
}

export async function installEmulator(): Promise<string> {
  await runOrThrow('python3', ['-m', 'venv', '--clear', folder()])
  const args = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '--no-deps', '-r', requirements]
  await runOrThrow(python(), args, { timeoutMs: 600_000 })
  stamp(part, version())
  return python()
}
