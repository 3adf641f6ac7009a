import { join } from 'node:path'
import { InvalidInputError } from '../../shared/errors.ts'
import { type Parts, readParts, writeParts } from './parts/cache.ts'
import {
  findOldRegistry,
  findOnPath,
  findPrometheus,
  installDebianPart,
  requireApt,
  unpackOldRegistry,
  unpackPrometheus,
} from './parts/debian-parts.ts'
import { buildGoPart, findGoPart, goParts, requireForGitea, requireGo } from './parts/go-parts.ts'
import { findPythonPart, installPythonPart, pythonParts, requirePython } from './parts/python-parts.ts'

type PartName = keyof Parts

/** One way to have a part: find it where an earlier run left it, say what the machine lacks to get it, get it. */
interface Source {
  find: () => string | undefined
  require: () => Promise<void> | void
  get: () => Promise<string>
  note: string
}

function goSource(name: keyof typeof goParts, note: string): Source {
  const part = goParts[name]
  return { find: () => findGoPart(name, part), require: requireGo, get: () => buildGoPart(name, part), note }
}

function debianSource(name: string): Source {
  return {
    find: () => findOnPath(name),
    require: () => requireApt([name]),
    get: () => installDebianPart(name),
    note: 'a Debian package',
  }
}

function pythonSource(name: keyof typeof pythonParts, note: string): Source {
  const part = pythonParts[name]
  return { find: () => findPythonPart(part), require: requirePython, get: () => installPythonPart(part), note }
}

const prometheusSource = (program: string): Source => ({
  find: () => findPrometheus(program),
  require: () => requireApt(['prometheus']),
  get: () => unpackPrometheus(program),
  note: 'of a Debian package',
})

const sources: Record<PartName, Source> = {
  skopeo: debianSource('skopeo'),
  jq: debianSource('jq'),
  zsh: debianSource('zsh'),
  shellcheck: debianSource('shellcheck'),
  chromium: debianSource('chromium'),
  promtool: prometheusSource('promtool'),
  prometheus: prometheusSource('prometheus'),
  registry2: {
    find: findOldRegistry,
    require: () => requireApt(['docker-registry']),
    get: unpackOldRegistry,
    note: 'a Debian package',
  },
  emulatorPython: pythonSource('emulator', 'about 10 s'),
  checkov: pythonSource('linters', 'with cfn-lint, about 30 s'),
  crane: goSource('crane', 'about 10 s on two cores'),
  regctl: goSource('regctl', 'about 10 s on two cores'),
  regbot: goSource('regbot', 'about 10 s on two cores'),
  conformance: goSource('conformance', 'about 20 s on two cores'),
  awsIamAuthenticator: goSource('awsIamAuthenticator', 'about 20 s on two cores'),
  etcd: goSource('etcd', 'about 30 s on two cores'),
  registry3: goSource('registry3', 'about 70 s on two cores'),
  gitea: { ...goSource('gitea', 'about 2 min on two cores'), require: requireForGitea },
  kubeApiserver: goSource('kubeApiserver', 'about 4 min on two cores'),
  kubeControllerManager: goSource('kubeControllerManager', 'about 45 s on two cores'),
  kubectl: goSource('kubectl', 'about 20 s on two cores'),
}

/** KUBEBUILDER_ASSETS, as setup-envtest sets it, names a folder with these three programs. */
function findAssets(): Partial<Parts> {
  const folder = process.env.KUBEBUILDER_ASSETS
  if (!folder) return {}
  return {
    kubeApiserver: join(folder, 'kube-apiserver'),
    etcd: join(folder, 'etcd'),
    kubectl: join(folder, 'kubectl'),
  }
}

async function getPart(name: PartName, source: Source): Promise<string> {
  console.log(`${name}: getting it (${source.note})`)
  const startedAt = Date.now()
  const file = await source.get()
  console.log(`${name}: ${file}, after ${Math.round((Date.now() - startedAt) / 1000)} s`)
  return file
}

/**
 * Finds or gets every part, one after the other, and remembers where they are for `readParts`. Throws InvalidInputError
 * that says everything the machine lacks before anything is built.
 */
export async function installParts(): Promise<Parts> {
  const found: Partial<Parts> = findAssets()
  const missing: PartName[] = []
  for (const [name, source] of Object.entries(sources) as [PartName, Source][]) {
    const file = found[name] ?? source.find()
    if (file === undefined) missing.push(name)
    else found[name] = file
  }

  await requireAll(missing)
  for (const name of missing) found[name] = await getPart(name, sources[name])
  writeParts(found as Parts)
  return readParts()
}

async function requireAll(missing: readonly PartName[]): Promise<void> {
  const checks = await Promise.allSettled(missing.map(async name => sources[name].require()))
  const reasons = checks.filter(check => check.status === 'rejected').map(check => (check.reason as Error).message)
  if (reasons.length > 0) throw new InvalidInputError([...new Set(reasons)].join('\n'))
}

if (import.meta.main) {
  try {
    const parts = await installParts()
    for (const [name, file] of Object.entries(parts)) console.log(`${name.padEnd(22)} ${file}`)
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    console.error(error.message)
    process.exitCode = 2
  }
}
