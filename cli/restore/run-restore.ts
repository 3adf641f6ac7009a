import type { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import pMap from 'p-map'
import { parseManifest } from '../../shared/adapters/registry/manifest.ts'
import { createWriters } from '../../shared/adapters/registry/writers.ts'
import { factsOf } from '../../shared/domain/providers/providers.ts'
import type { RegistryWriter } from '../../shared/ports/registry.ts'
import { findDeletedImage } from '../../shared/restore/find-deleted-image.ts'
import { findRun, parseRunName } from '../../shared/restore/find-run.ts'
import { isBack } from '../../shared/restore/restore-outcome.ts'
import { type RestoreRequest, restoreRepository } from '../../shared/restore/restore-repository.ts'
import type { RestoreTarget } from '../../shared/restore/restore-world.ts'
import { providerIn, type Settings } from '../../shared/settings.ts'
import { completeName } from '../connect/complete-name.ts'
import type { Installation } from '../connect/installation.ts'
import { objectTag } from '../connect/object-image.ts'
import type { ProgressStream } from '../io/progress.ts'
import { styleOf } from '../io/text.ts'
import { writeAll } from '../io/write-all.ts'
import { printRestored } from './print-restored.ts'
import { type RestoredRepository, restoreJson } from './restore-json.ts'
import { RestoreProgress } from './restore-progress.ts'

/** What of an installation a restore needs. */
export type RestoreInstallation = Omit<
  Installation,
  'killSwitch' | 'killSwitchControl' | 'killSwitchParameter' | 'close'
>

/** What to put back, by name or by run, and how it is shown. */
export interface RestoreAsked {
  readonly images: readonly string[]
  /** Of the Repository objects that the images are named by. */
  readonly namespace?: string
  readonly run?: string
  readonly dryRun: boolean
  readonly output: 'json' | 'table'
}

export interface RestoreStreams {
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: ProgressStream
  readonly env: Readonly<Record<string, string | undefined>>
}

const repositoriesAtOnce = 4

/** True when everything asked for is there at the end. @throws InvalidInputError for what was never deleted here */
export async function runRestore(
  asked: RestoreAsked,
  installation: RestoreInstallation,
  streams: RestoreStreams,
): Promise<boolean> {
  const { settings, store, secrets, archive, layers } = installation
  const { targets, ...cause } = await findTargets(asked, installation)
  const [actor, clusters] = await Promise.all([installation.findActor(), installation.connectClusters('executor')])
  const progress = new RestoreProgress(streams.stderr)
  const told = { onImage: () => progress.step(), onBytes: (sizeBytes: number) => progress.sent(sizeBytes) }
  const request: RestoreRequest = { ...cause, actor, dryRun: asked.dryRun, ...told }
  const writers = createWriters({ settings, secrets })
  const now = () => new Date()
  const writerFor = (registry: string) => writers.writer(registry)
  const untilOf = untilOnce(writerFor, settings)
  const deps = { store, archive, layers, clusters, writerFor, parseManifest, now, sleep }
  try {
    const repositories = await pMap(
      targets,
      async (target): Promise<RestoredRepository> => ({
        repository: target.repository,
        restorableUntil: await untilOf(target.registry),
        things: await restoreRepository(target, request, deps),
      }),
      { concurrency: repositoriesAtOnce },
    )
    progress.end()
    const result = { dryRun: asked.dryRun, now: now(), repositories }
    const text = asked.output === 'json' ? restoreJson(result) : printRestored(result, styleOf(streams))
    await writeAll(text, streams.stdout)
    return repositories.every(one => one.things.every(isBack))
  } finally {
    progress.end()
  }
}

/** Asks each registry once. One that may not be written says nothing, and its images say why. */
function untilOnce(writerFor: (registry: string) => Promise<RegistryWriter>, settings: Settings) {
  const known = new Map<string, Promise<string>>()
  const find = async (host: string): Promise<string> => {
    const collection = await writerFor(host).then(
      writer => writer.findCollection?.(),
      () => undefined,
    )
    return factsOf(providerIn(settings, host)).restorableUntil(host, collection)
  }
  return (host: string): Promise<string> => {
    const until = known.get(host) ?? find(host)
    known.set(host, until)
    return until
  }
}

/** What was deleted may be what no object tracks any more, and another repository has its last part as well. */
const exact = { byLastPart: false }

async function findTargets(
  { images, namespace, run }: RestoreAsked,
  installation: RestoreInstallation,
): Promise<{ targets: readonly RestoreTarget[]; asked: string; runId?: string }> {
  if (run === undefined) {
    const deps = { ...installation, canonicalHost: installation.rulebook.canonicalHost }
    const find = async (image: string) =>
      findDeletedImage(await completeName(await objectTag(image, namespace, installation), installation, exact), deps)
    const named = await pMap(images, find, { concurrency: repositoriesAtOnce })
    return { targets: byRepository(named), asked: `asked for ${images.join(', ')}` }
  }
  const clusters = installation.settings.clusters.map(cluster => cluster.name)
  const name = parseRunName(run, clusters)
  const targets = await findRun(name, installation.store, new Date())
  return { targets, asked: `run ${name.runId} of policy ${name.policy}`, runId: name.runId }
}

/** Two images of one repository are put back together, under one lease. */
const byRepository = (targets: readonly RestoreTarget[]): RestoreTarget[] =>
  [...Map.groupBy(targets, target => target.repository).values()].flatMap(group => {
    const [first] = group
    return first ? [{ ...first, roots: group.flatMap(target => target.roots) }] : []
  })
