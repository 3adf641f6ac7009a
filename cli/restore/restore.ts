import { setTimeout as sleep } from 'node:timers/promises'
import pMap from 'p-map'
import { parseManifest } from '../../shared/adapters/registry/manifest.ts'
import { createWriters } from '../../shared/adapters/registry/writers.ts'
import { factsOf } from '../../shared/domain/providers/providers.ts'
import type { RegistryWriter } from '../../shared/ports/registry.ts'
import { findDeletedImage } from '../../shared/restore/find-deleted-image.ts'
import { findRun, parseRunName } from '../../shared/restore/find-run.ts'
import { type RestoreRequest, restoreRepository } from '../../shared/restore/restore-repository.ts'
import type { RestoreTarget } from '../../shared/restore/restore-world.ts'
import { UnknownHereError } from '../../shared/restore/unknown-here.ts'
import { providerIn, type Settings } from '../../shared/settings.ts'
import { completeName } from '../connect/complete-name.ts'
import type { Installation } from '../connect/installation.ts'
import { objectTag } from '../connect/object-image.ts'
import { clustersToRestore } from './clusters-to-restore.ts'
import { otherWhoKnows } from './other-who-knows.ts'
import type { RestoredRepository, RestoreResult } from './restore-json.ts'

/** What of an installation a restore needs. */
export type RestoreInstallation = Omit<
  Installation,
  | 'killSwitch'
  | 'killSwitchControl'
  | 'killSwitchParameter'
  | 'metrics'
  | 'findWebhookUrl'
  | 'findDeadLetters'
  | 'keepWebhookSecrets'
  | 'close'
>

/** What to put back, by name or by run. */
export interface RestoreWanted {
  readonly images: readonly string[]
  /** Of the Repository objects that the images are named by. */
  readonly namespace?: string
  readonly run?: string
  readonly dryRun: boolean
}

/** Called while it goes on. */
export type RestoreTold = Pick<RestoreRequest, 'onImage' | 'onBytes'>

const repositoriesAtOnce = 4

/** Puts back what was asked for. @throws InvalidInputError for what was never deleted here; with both names where that may be another installation's */
export async function restore(
  wanted: RestoreWanted,
  installation: RestoreInstallation,
  told: RestoreTold,
): Promise<RestoreResult> {
  const { settings, store, secrets, archive, layers } = installation
  const { targets, ...cause } = await findTargets(wanted, installation).catch(async (error: unknown) => {
    throw error instanceof UnknownHereError ? await otherWhoKnows(error, installation) : error
  })
  const [actor, { clusters, notes }] = await Promise.all([
    installation.findActor(),
    clustersToRestore(targets, installation),
  ])
  const request: RestoreRequest = { ...cause, actor, dryRun: wanted.dryRun, ...told }
  const writers = createWriters({ settings, secrets })
  const now = () => new Date()
  const writerFor = (registry: string) => writers.writer(registry)
  const untilOf = untilOnce(writerFor, settings)
  const deps = { store, archive, layers, clusters, writerFor, parseManifest, now, sleep }
  const repositories = await pMap(
    targets,
    async (target): Promise<RestoredRepository> => ({
      repository: target.repository,
      restorableUntil: await untilOf(target.registry),
      things: await restoreRepository(target, request, deps),
    }),
    { concurrency: repositoriesAtOnce },
  )
  return { dryRun: wanted.dryRun, now: now(), notes, repositories }
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
  { images, namespace, run }: RestoreWanted,
  installation: RestoreInstallation,
): Promise<{ targets: readonly RestoreTarget[]; asked: string; runId?: string }> {
  if (run === undefined) {
    const deps = { ...installation.rulebook, ...installation }
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
