import type { CustomObject } from '../../shared/ports/cluster.ts'
import { manualRunAnnotation } from '../../shared/sweep/plan/due-run.ts'
import type { Dice } from './dice.ts'
import { webGroup } from './newest-versions.ts'
import type { PolicySpec, RuleSpec, TagSpec } from './policy-view.ts'
import type { RepositoryBook } from './registry-book.ts'
import type { World } from './world.ts'

export const groups = ['g0', 'g1', 'g2', 'g3', 'g4'] as const

/** What a team would write, with every knob turned now and then. Graces are short, so that a round sees many sweeps. */
export function randomPolicy(dice: Dice, group: string | undefined, books: readonly RepositoryBook[]): PolicySpec {
  const maybe = <T extends object>(percent: number, rule: () => T): Partial<T> => (dice.chance(percent) ? rule() : {})
  const rules = dice.chance(30) ? randomRules(dice) : []
  const fields = rules.length > 0 && dice.chance(40) ? {} : randomFields(dice)
  const excluded = dice.chance(50) ? { tag: 'v0.0.1' } : { name: dice.pick(books)?.path ?? '' }
  return {
    ...fields,
    ...(rules.length > 0 && { rules }),
    ...maybe(20, () => ({ keepTags: [dice.pick(['keep-*', 'v0.1.*', 'v0.0.1']) ?? ''] })),
    ...maybe(10, () => ({ exclude: [excluded] })),
    ...(group !== undefined && { selector: { matchLabels: { group } } }),
    gracePeriod: dice.pick(['1m', '1m', '5m', '20m', '90m'] as const) ?? '1m',
    ...maybe(60, () => ({ schedule: dice.pick(['*/5 * * * *', '*/20 * * * *', '@hourly', '30 2 * * *']) ?? '' })),
    targets:
      dice.pick([['RegistryArtifact', 'Configuration'], ['Configuration', 'RegistryArtifact'], ['RegistryArtifact']]) ??
      [],
    ...maybe(8, () => ({ targets: ['Configuration'] })),
    maxDeletionsPerRun: dice.chance(10) ? 8 : 1000,
    maxDeletionPercent: dice.chance(10) ? 40 : 100,
    ...maybe(3, () => ({ dryRun: true })),
    ...maybe(5, () => ({ suspend: true })),
  }
}

function randomFields(dice: Dice): TagSpec {
  const maybe = <T extends object>(percent: number, rule: () => T): Partial<T> => (dice.chance(percent) ? rule() : {})
  const fields = {
    ...maybe(70, () => ({ keepRecent: dice.below(5) })),
    ...maybe(25, () => ({ semver: { majorVersions: 1 + dice.below(2), patches: 1 + dice.below(2) } })),
    ...maybe(10, () => ({ keepDays: 1 + dice.below(3) })),
    ...maybe(10, () => ({ unusedDays: 1 + dice.below(3) })),
  }
  return {
    ...(Object.keys(fields).length > 0 ? fields : { keepRecent: 1 }),
    ...maybe(20, () => ({ groupBy: webGroup })),
  }
}

/** For each kind of tag that the soak pushes, and some that overlap: the first that matches applies. */
const randomRules = (dice: Dice): RuleSpec[] =>
  Array.from({ length: 1 + dice.below(3) }, () => ({
    ...(dice.pick<Pick<RuleSpec, 'tags' | 'untagged'>>([
      { tags: ['v*'] },
      { tags: ['v0.*', 'web-*'] },
      { tags: ['build-*', 'main-*', 'feature-*'] },
      { tags: ['2*', 'nightly-*'], untagged: true },
      { tags: ['latest', 'stable'] },
      { tags: ['*'] },
      { untagged: true },
    ]) ?? { untagged: true }),
    ...randomFields(dice),
  }))

export function createPolicies({ dice, estate: { clusters }, books }: World): void {
  for (const group of groups)
    clusters[0].put('ImageCleanupPolicy', `cleanup-${group}`, randomPolicy(dice, group, books), created)
  const beside = { ...randomPolicy(dice, undefined, books), keepTags: ['keep-*', 'latest'] }
  if (dice.chance(40)) clusters[0].put('ImageCleanupPolicy', 'beside', beside, created)
}

const created = { creationTimestamp: '2026-01-01T00:00:00Z' }

export async function changePolicy(world: World): Promise<boolean> {
  const { dice, estate, books, journal } = world
  const object = dice.pick(await estate.clusters[0].listObjects('ImageCleanupPolicy', { namespace: 'team' }))
  if (!object) return false
  const before = object.spec as PolicySpec
  const next = dice.chance(50)
    ? randomPolicy(dice, before.selector?.matchLabels.group, books)
    : { ...before, ...smallChange(dice, before) }
  estate.clusters[0].change('ImageCleanupPolicy', object.metadata.name, { spec: next })
  journal.note(`policy ${object.metadata.name} changed to ${JSON.stringify(next)}`)
  return true
}

/** What does not change what is to be deleted, mostly: marks made before it still hold. */
const smallChange = (dice: Dice, { suspend, dryRun }: PolicySpec): Partial<PolicySpec> =>
  dice.pick<Partial<PolicySpec>>([
    { suspend: !suspend },
    { suspend: false, dryRun: !dryRun },
    { maxDeletionsPerRun: 1000, maxDeletionPercent: 100 },
    { suspend: false, dryRun: false },
    { keepRecent: 1 + dice.below(4) },
  ]) ?? {}

/** A policy goes; another of its name comes, now or later. */
export async function replacePolicy(world: World): Promise<boolean> {
  const { dice, estate, books, journal } = world
  const [cluster] = estate.clusters
  const group = dice.pick(groups) ?? 'g0'
  const name = `cleanup-${group}`
  const object = cluster.get('ImageCleanupPolicy', name)
  if (object) {
    await cluster.deleteObject(object)
    journal.note(`policy ${name} deleted`)
  }
  if (object && dice.chance(50)) return true
  const spec = randomPolicy(dice, group, books)
  cluster.put('ImageCleanupPolicy', name, spec, { creationTimestamp: estate.clock.now().toISOString() })
  journal.note(`policy ${name} created: ${JSON.stringify(spec)}`)
  return true
}

/** Asks for a run by hand, as `kubectl annotate` does. */
export function askForRun({ estate, journal }: World, object: CustomObject, value: string): void {
  const { name, namespace, annotations } = object.metadata
  journal.note(`run of policy ${namespace}/${name} asked for`)
  estate.clusters[0].change(
    'ImageCleanupPolicy',
    name,
    { annotations: { ...annotations, [manualRunAnnotation]: value } },
    namespace,
  )
}
