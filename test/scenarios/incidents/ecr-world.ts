import { RegisterPullTimeUpdateExclusionCommand } from '@aws-sdk/client-ecr'
import { createAwsWorkloads } from '../../../shared/adapters/aws-workloads/aws-workloads.ts'
import type { EcrOptions } from '../../../shared/adapters/registry/ecr/ecr-options.ts'
import { createEcrReader } from '../../../shared/adapters/registry/ecr/ecr-registry.ts'
import { EcrSession } from '../../../shared/adapters/registry/ecr/ecr-session.ts'
import { createEcrWriter } from '../../../shared/adapters/registry/ecr/ecr-writer.ts'
import { parseManifest } from '../../../shared/adapters/registry/manifest.ts'
import { factsOf } from '../../../shared/domain/providers/providers.ts'
import { findDeletedImage } from '../../../shared/restore/find-deleted-image.ts'
import { restoreRepository } from '../../../shared/restore/restore-repository.ts'
import { manualRunAnnotation } from '../../../shared/sweep/plan/due-run.ts'
import { startFakeAws } from '../../shared/adapters/aws-workloads/fake-aws.ts'
import { roleOf, startFakeEcr } from '../../shared/adapters/registry/ecr/fake-ecr.ts'
import type { LocalStore } from '../../support/local-store.ts'
import type { Loopback } from '../../support/loopback.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { createKillPoint, type KillPoint } from '../../support/memory-platform.ts'
import { createSweepFixture, policySpec, type SweepFixture } from '../../support/sweep-fixture.ts'
import { EcrRepository } from './ecr-repository.ts'

export const day = 86_400
let repositories = 0

/** A registry in which everything is the one repository of ECR, reached by ECR's own API alone. */
export function ecrLoopback(options: EcrOptions, local: LocalStore, path: string): Loopback {
  const unused = () => {
    throw new Error('expected ECR to be reached by its own API alone')
  }
  return {
    host: options.host,
    store: local.store,
    table: local,
    reader: createEcrReader(options),
    writer: createEcrWriter(options),
    requests: [],
    intercept: unused,
    push: unused,
    collectGarbage: unused,
    remove: unused,
    freshPath: () => path,
    close: async () => undefined,
  }
}

/**
 * One repository of ECR that one cluster tracks, and an account with Lambda and ECS, which all end with the test. Our own
 * reads set no pull time, as after a deploy, unless the test says so.
 */
export async function startEcr(local: LocalStore, { isExcluded = true } = {}) {
  const images = new EcrRepository()
  const { options, calls } = await startFakeEcr(images.answer)
  repositories += 1
  const path = `team/app-${repositories}`
  const world = ecrLoopback(options, local, path)
  const aws = await startFakeAws()
  const account = createAwsWorkloads({ name: `account-${repositories}` }, { maxAttempts: 1 })
  // The clock starts anew with each test, and what is known of a cluster must not come from the future.
  const sweep = createSweepFixture(world, [createMemoryCluster(`eu-${repositories}`)], [account])
  images.now = sweep.now
  sweep.deploy({ factsOf: () => factsOf('ecr') })
  if (isExcluded) await exclude(options)
  sweep.trackWhole()
  return { images, sweep, aws, calls, world }
}

async function exclude(options: EcrOptions): Promise<void> {
  const principalArn = roleOf(process.env.AWS_ACCESS_KEY_ID ?? '')
  await new EcrSession(options).client.send(new RegisterPullTimeUpdateExclusionCommand({ principalArn }))
}

/** Lets days pass, and has the repository read after them, as its schedule would. */
export async function passDays(sweep: SweepFixture, days: number): Promise<void> {
  sweep.pass(days * day)
  await sweep.sync()
}

/** A policy with these rules and no others. */
export const runPolicy = (sweep: SweepFixture, rules: object) => {
  const { keepRecent: _, ...limits } = policySpec
  const annotations = { [manualRunAnnotation]: '1' }
  sweep.cluster.put('ImageCleanupPolicy', 'cleanup', { ...limits, ...rules }, { annotations })
}

/** Moves into the archive of ECR what no rule keeps. */
export const archivePolicy = (sweep: SweepFixture, rules: object) =>
  runPolicy(sweep, { action: 'Archive', targets: ['RegistryArtifact'], ...rules })

/** Puts images back, named as `:v1` or `@sha256:…` of the repository, as `shelflife restore` does. */
export async function restoreIn(
  { sweep, world }: Pick<Awaited<ReturnType<typeof startEcr>>, 'sweep' | 'world'>,
  reference: string,
  { kill = createKillPoint(), ...request }: { readonly kill?: KillPoint; readonly dryRun?: boolean } = {},
) {
  const known = {
    store: world.store,
    archive: sweep.archive,
    canonicalHost: (host: string) => host,
    canonicalPath: (_: string, path: string) => path,
  }
  return restoreRepository(
    await findDeletedImage(`${sweep.repository}${reference}`, known),
    { actor: 'person alice', asked: 'asked for it', ...request },
    {
      store: kill.wrap(world.store),
      archive: kill.wrap(sweep.archive),
      layers: kill.wrap(sweep.layers),
      clusters: [kill.wrap(sweep.cluster)],
      writerFor: async () => kill.wrap(world.writer),
      parseManifest,
      now: sweep.now,
      sleep: async () => undefined,
    },
  )
}
