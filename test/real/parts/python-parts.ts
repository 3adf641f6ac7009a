import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidInputError } from '../../../shared/errors.ts'
import { cached, isStamped, stamp } from './cache.ts'
import { run, runOrThrow } from './run.ts'

/** An environment of its own, made from a list of requirements. */
interface PythonPart {
  readonly name: string
  readonly requirements: string
  /** What of its programs stands for the whole. */
  readonly program: string
}

const fileOf = (name: string): string => join(import.meta.dirname, name)

export const pythonParts = {
  emulator: { name: 'emulator', requirements: fileOf('requirements.txt'), program: 'python' },
  linters: { name: 'linters', requirements: fileOf('linter-requirements.txt'), program: 'checkov' },
} satisfies Record<string, PythonPart>

const programOf = ({ name, program }: PythonPart): string => join(cached(name), 'bin', program)
const versionOf = ({ requirements }: PythonPart): string =>
  createHash('sha256').update(readFileSync(requirements)).digest('hex')

/** The program of the part, or undefined when its environment was not made yet from these requirements. */
export function findPythonPart(part: PythonPart): string | undefined {
  return isStamped(part.name, versionOf(part), programOf(part)) ? programOf(part) : undefined
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

export async function installPythonPart(part: PythonPart): Promise<string> {
  await runOrThrow('python3', ['-m', 'venv', '--clear', cached(part.name)])
  const args = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '--no-deps', '-r', part.requirements]
  await runOrThrow(join(cached(part.name), 'bin', 'python'), args, { timeoutMs: 600_000 })
  stamp(part.name, versionOf(part))
  return programOf(part)
}
