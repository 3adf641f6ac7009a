import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { InvalidInputError } from '../../../shared/errors.ts'
import { cached } from './cache.ts'
import { run, runOrThrow } from './run.ts'

/** The first such program on PATH. */
export function findOnPath(program: string): string | undefined {
  const candidates = (process.env.PATH ?? '').split(delimiter).map(folder => join(folder, program))
  return candidates.find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const unpackedRegistry = (): string => join(cached('docker-registry'), 'usr', 'bin', 'docker-registry')

export function findOldRegistry(): string | undefined {
  return findOnPath('docker-registry') ?? (existsSync(unpackedRegistry()) ? unpackedRegistry() : undefined)
}

/** Throws InvalidInputError when the packages cannot be had: no apt-get, or no right to use it. */
export function requireApt(packages: readonly string[]): void {
  if (findOnPath('apt-get') && process.getuid?.() === 0) return
  const names = packages.join(' ')
  throw new InvalidInputError(
    `expected ${names} on PATH, found none, and apt-get needs root; run \`sudo apt-get install ${names}\``,
  )
}

async function apt(args: readonly string[], cwd?: string): Promise<void> {
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: 600_000 }
  const attempt = () => run('apt-get', args, cwd === undefined ? options : { ...options, cwd })
  if ((await attempt()).exitCode === 0) return
  // A fresh machine has no package lists yet, an old one has stale ones.
  await runOrThrow('apt-get', ['update', '-q'], options)
  const second = await attempt()
  if (second.exitCode !== 0) throw new Error(`expected apt-get ${args.join(' ')} to succeed\n${second.stderr}`)
}

/** Installs the package and gives its program of the same name. */
export async function installDebianPart(name: string): Promise<string> {
  await apt(['install', '-y', '-q', '--no-install-recommends', name])
  const file = findOnPath(name)
  if (!file) throw new Error(`expected the package ${name} to put ${name} on PATH, it did not`)
  return file
}

/** Unpacked and not installed: the package would start a registry of its own on port 5000 of every interface. */
export async function unpackOldRegistry(): Promise<string> {
  await unpack('docker-registry')
  return unpackedRegistry()
}

const unpackedPrometheus = (program: string): string => join(cached('prometheus'), 'usr', 'bin', program)

/** `prometheus` or `promtool`. */
export function findPrometheus(program: string): string | undefined {
  return findOnPath(program) ?? (existsSync(unpackedPrometheus(program)) ? unpackedPrometheus(program) : undefined)
}

/** Unpacked for the same reason: it would listen on port 9090. */
export async function unpackPrometheus(program: string): Promise<string> {
  if (!existsSync(unpackedPrometheus(program))) await unpack('prometheus')
  return unpackedPrometheus(program)
}

async function unpack(name: string): Promise<void> {
  const folder = cached(name)
  await apt(['download', '-q', '-o', 'APT::Sandbox::User=root', name], folder)
  await runOrThrow('sh', ['-c', `dpkg-deb --extract ${name}_*.deb . && rm ${name}_*.deb`], { cwd: folder })
}
