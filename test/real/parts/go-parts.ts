import { createHash } from 'node:crypto'
import { readFileSync, renameSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { InvalidInputError } from '../../../shared/errors.ts'
import { cached, isStamped, projectRoot, stamp } from './cache.ts'
import { findOnPath } from './debian-parts.ts'
import { run, runOrThrow } from './run.ts'

/** Built in a module of our own in `test/real/go`, which pins its version and every dependency by its sum. */
interface ModulePart {
  package: string
  module: string
  ldflags?: string
  tags?: string
  /** Has parts in C, which its compiler has to build. */
  cgo?: boolean
  /** Is compiled as it stands, in half the time: no test asks it for speed. */
  unoptimized?: boolean
}
/** Built as `go install package@version` builds it: with the dependencies its authors released it with. */
interface ReleasedPart {
  package: string
  version: string
}
export type GoPart = ModulePart | ReleasedPart

const kubernetesVersion = '1.36.3'
// Without these the API server and kubectl say they are v0.0.0.
const kubernetesLdflags = [
  ['gitVersion', `v${kubernetesVersion}`],
  ['gitMajor', '1'],
  ['gitMinor', '36'],
  ['gitTreeState', 'clean'],
]
  .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
  .join(' ')

function kubernetes(command: string): ModulePart {
  return { package: `k8s.io/kubernetes/cmd/${command}`, module: 'kubernetes', ldflags: kubernetesLdflags }
}

function regclient(command: string): ReleasedPart {
  return { package: `github.com/regclient/regclient/cmd/${command}`, version: 'v0.11.7' }
}

/** Cheap ones first, so that a machine without network or compiler is found out in seconds. */
export const goParts = {
  crane: { package: 'github.com/google/go-containerregistry/cmd/crane', version: 'v0.21.9' },
  regctl: regclient('regctl'),
  regbot: regclient('regbot'),
  conformance: {
    package: 'github.com/opencontainers/distribution-spec/conformance',
    version: 'v0.0.0-20260831232431-97274622c111',
  },
  awsIamAuthenticator: {
    package: 'sigs.k8s.io/aws-iam-authenticator/cmd/aws-iam-authenticator',
    version: 'v0.6.13',
  },
  etcd: { package: 'go.etcd.io/etcd/server/v3', module: 'etcd' },
  registry3: { package: 'github.com/distribution/distribution/v3/cmd/registry', version: 'v3.1.2' },
  gitea: {
    package: 'code.gitea.io/gitea',
    module: 'gitea',
    tags: 'sqlite,sqlite_unlock_notify',
    cgo: true,
    unoptimized: true,
  },
  kubeApiserver: kubernetes('kube-apiserver'),
  kubeControllerManager: kubernetes('kube-controller-manager'),
  kubectl: kubernetes('kubectl'),
} as const satisfies Record<string, GoPart>

const modules = join(projectRoot, 'test', 'real', 'go')

function versionOf(part: GoPart): string {
  if ('version' in part) return `${part.package}@${part.version}`
  const hash = createHash('sha256').update(
    [part.ldflags, part.tags, part.cgo, part.unoptimized].filter(Boolean).join(' '),
  )
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(modules, part.module, file)))
  return `${part.package}@${hash.digest('hex')}`
}

/** Named as its authors do: `kube-apiserver` for `kubeApiserver`. */
function fileOf(name: string): string {
  const program = name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
  return join(cached('bin'), program)
}

/** The built program, or undefined when this version of it was not built yet. */
export function findGoPart(name: string, part: GoPart): string | undefined {
  return isStamped(name, versionOf(part), fileOf(name)) ? fileOf(name) : undefined
}

/** Throws InvalidInputError unless the Go that every module here asks for can be run, or an older one that fetches it. */
export async function requireGo(): Promise<void> {
  const how = 'install it from https://go.dev/dl/ and put its bin folder on PATH'
  const found = await run('go', ['env', 'GOVERSION'], { cwd: join(modules, 'gitea') }).catch(() => undefined)
  const [, major = 0, minor = 0] = /^go(\d+)\.(\d+)/.exec(found?.stdout ?? '') ?? []
  if (Number(major) === 1 && Number(minor) >= 26) return
  const came = found?.stdout.trim() || (found?.stderr.trim() ?? 'none')
  throw new InvalidInputError(`expected Go 1.26.2 or newer, found ${came}; ${how}`)
}

/** Throws InvalidInputError unless Gitea can be built and run: its SQLite is written in C, and it asks git for its version. */
export async function requireForGitea(): Promise<void> {
  const missing = ['gcc', 'git'].filter(program => findOnPath(program) === undefined)
  if (missing.length > 0)
    throw new InvalidInputError(
      `expected ${missing.join(' and ')} on PATH, found none; run \`apt-get install ${missing.join(' ')}\``,
    )
  await requireGo()
}

/** Builds one part at low priority; gives its file. */
export async function buildGoPart(name: string, part: GoPart): Promise<string> {
  const staging = cached('staging')
  const own: Partial<ModulePart> = 'module' in part ? part : {}
  const flags = ['-trimpath', '-ldflags', `-s -w ${own.ldflags ?? ''}`.trim(), ...(own.tags ? ['-tags', own.tags] : [])]
  // The standard library is left as it is, which the other parts have compiled already.
  if (own.unoptimized) flags.push('-gcflags=all=-N -l', '-gcflags=std=')
  const env = { ...process.env, CGO_ENABLED: own.cgo ? '1' : '0', CGO_CFLAGS: '-O1 -g0', GOBIN: staging }
  const built = join(staging, 'module' in part ? name : basename(part.package))
  const args =
    'module' in part
      ? ['build', ...flags, '-buildvcs=false', '-o', built, part.package]
      : ['install', ...flags, `${part.package}@${part.version}`]
  const cwd = 'module' in part ? resolve(modules, part.module) : staging
  await runOrThrow('nice', ['-n', '10', 'go', ...args], { cwd, env, timeoutMs: 60 * 60_000 })
  // A rename, because a program that runs at this moment cannot be written over.
  renameSync(built, fileOf(name))
  stamp(name, versionOf(part))
  return fileOf(name)
}
