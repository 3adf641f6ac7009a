import type { CustomObject } from '../../shared/ports/cluster.ts'
import type { Dice } from './dice.ts'
import { isStalling } from './model.ts'
import { randomPolicy } from './policy-operations.ts'
import { elsewhere, type PolicySpec } from './policy-view.ts'
import { anyKill } from './process-life.ts'
import { anyBook } from './push-operations.ts'
import { turnDoor } from './sight.ts'
import { hasStanding, type Namespace } from './tenants.ts'
import { isBeforeGrants } from './versions.ts'
import type { World } from './world.ts'

const neighbours = ['team-b', 'bank', 'evil'] as const satisfies readonly Namespace[]

const anyNeighbour = (dice: Dice): (typeof neighbours)[number] =>
  dice.weighted({ 'team-b': 25, bank: 35, evil: 40 }) as (typeof neighbours)[number]

/** How each neighbour reaches the registry. What `evil` brings of its own is refused as often as not. */
export function createNeighbours(world: World): void {
  const [cluster] = world.estate.clusters
  const { host } = world.estate.registry
  for (const namespace of neighbours)
    cluster.put('RegistrySecret', 'registry', { domain: host }, { namespace, uid: `registry-of-${namespace}` })
  const domain = 'other.example.com'
  cluster.put('RegistrySecret', elsewhere, { domain }, { namespace: 'evil', uid: 'elsewhere-of-evil' })
  bringCredential(world)
  for (const _ of [1, 2, 3, 4]) changeNeighbourPolicy(world)
  for (const _ of [1, 2, 3, 4, 5, 6]) trackAsNeighbour(world)
}

const ownSecret = 'own'

function bringCredential({ estate: { clusters, registry, clock }, journal }: World): void {
  const auths = { [registry.host]: { username: 'evil', password: `p${journal.operation}` } }
  clusters[0].putSecret('evil', 'pull', { '.dockerconfigjson': JSON.stringify({ auths }) })
  const metadata = {
    namespace: 'evil',
    uid: `own-of-evil-${journal.operation}`,
    creationTimestamp: clock.now().toISOString(),
  }
  clusters[0].put('RegistrySecret', ownSecret, { domain: registry.host, secretRef: { name: 'pull' } }, metadata)
}

/** Its RegistrySecret goes, or its Secret does, or both come anew under another uid. */
export async function changeCredential(world: World): Promise<boolean> {
  const { dice, estate, journal } = world
  const [cluster] = estate.clusters
  const object = cluster.get('RegistrySecret', ownSecret, 'evil')
  journal.note(`credential of evil ${object ? 'taken away' : 'brought again'}`)
  if (!object) bringCredential(world)
  else if (dice.chance(30)) cluster.removeSecret('evil', 'pull')
  else await cluster.deleteObject(object)
  return true
}

/** A neighbour tracks a path of the team, whole or by a tag. */
export function trackAsNeighbour(world: World): boolean {
  const { dice, estate, journal } = world
  const namespace = anyNeighbour(dice)
  const book = anyBook(world)
  if (isStalling(book)) return false
  const tag = dice.chance(60) ? dice.pick([...book.tags.keys(), 'latest']) : undefined
  const ref = namespace === 'evil' ? dice.pick(['registry', ownSecret, elsewhere]) : 'registry'
  const spec = { repository: book.path, ...(tag !== undefined && { tag }), registryRef: { name: ref } }
  const name = [book.path.replaceAll('/', '-'), ...(tag === undefined ? [] : [tag])].join('-')
  const creationTimestamp = estate.clock.now().toISOString()
  journal.note(`object of ${namespace} for ${book.path}${tag === undefined ? ' ' : `:${tag} `}by ${ref}`)
  estate.clusters[0].put('Repository', name, spec, { namespace, creationTimestamp, labels: { group: 'g0' } })
  return true
}

export async function untrackAsNeighbour({ dice, estate, journal }: World): Promise<boolean> {
  const objects = await estate.clusters[0].listObjects('Repository')
  const object = dice.pick(objects.filter(one => one.metadata.namespace !== 'team'))
  if (!object) return false
  const { repository } = object.spec as { repository: string }
  journal.note(`object ${object.metadata.namespace}/${object.metadata.name} of ${repository} deleted`)
  return estate.clusters[0].deleteObject(object)
}

/** A neighbour's policy comes, changes or goes. */
export function changeNeighbourPolicy(world: World): boolean {
  const { dice, estate, books, journal } = world
  const [cluster] = estate.clusters
  const namespace = anyNeighbour(dice)
  // Names of the team's own: only the namespace tells them apart.
  const name = dice.pick(['cleanup-g0', 'cleanup-g1', 'beside']) ?? 'beside'
  const before = cluster.get('ImageCleanupPolicy', name, namespace)
  if (before && dice.chance(25)) {
    journal.note(`policy ${namespace}/${name} deleted`)
    void cluster.deleteObject(before)
    return true
  }
  const spec = namespace === 'evil' ? wishOfEvil(dice) : randomPolicy(dice, undefined, books)
  const creationTimestamp = before?.metadata.creationTimestamp ?? estate.clock.now().toISOString()
  const metadata = before ? { ...before.metadata, generation: before.metadata.generation + 1 } : {}
  cluster.put('ImageCleanupPolicy', name, spec, { ...metadata, namespace, creationTimestamp })
  journal.note(`policy ${namespace}/${name} is now ${JSON.stringify(spec)}`)
  return true
}

const allOf = {
  gracePeriod: '1m',
  maxDeletionsPerRun: 1000,
  maxDeletionPercent: 100,
  targets: ['RegistryArtifact', 'Configuration'],
} as const

/** To delete everything, here or in the namespaces of others; to keep everything; and what no program can read. */
const wishOfEvil = (dice: Dice): PolicySpec =>
  dice.pick<PolicySpec>([
    { ...allOf, keepRecent: 0 },
    { ...allOf, keepRecent: 0, schedule: '*/5 * * * *' },
    { ...allOf, keepRecent: 0, namespaces: ['evil', 'team', 'bank'] },
    { ...allOf, keepRecent: 1000, keepTags: ['*'] },
    { ...allOf, keepDays: 3000, namespaces: ['evil', 'team'] },
    { ...allOf, keepRecent: 0, maxDeletionsPerRun: -1 },
    { ...allOf, keepRecent: 0, namespaces: ['team', 'bank'], maxDeletionPercent: 1000 },
  ]) ?? { ...allOf, keepRecent: 0 }

/** What a neighbour's object is read with; undefined where it leads to another registry, or nowhere. */
export function credentialOfNeighbour({ estate: { clusters } }: World, { cluster, metadata, spec }: CustomObject) {
  const { repository, registryRef } = spec as { repository: string; registryRef: { name: string } }
  if (hasStanding(metadata.namespace, repository)) return 'installation'
  if (registryRef.name === 'registry') return 'anonymous'
  const secret = registryRef.name === ownSecret && clusters[0].get('RegistrySecret', ownSecret, metadata.namespace)
  return secret ? `${cluster}/${secret.metadata.uid}` : undefined
}

/** A sync for an object of a neighbour, with what that reads by; the registry may show it something else now. */
export async function syncAsNeighbour(world: World): Promise<boolean> {
  const { dice, estate, books, pipeline, figures, versions } = world
  const objects = await estate.clusters[0].listObjects('Repository')
  const object = dice.pick(objects.filter(one => one.metadata.namespace !== 'team'))
  const credential = object && credentialOfNeighbour(world, object)
  const book = books.find(one => one.path === (object?.spec as { repository?: string } | undefined)?.repository)
  // The code before grants knows one credential a repository.
  if (credential === undefined || !book || (versions.running !== 'today' && isBeforeGrants(world))) return false
  if (dice.chance(50)) turnDoor(world, credential, book)
  figures['syncs of neighbours'] += 1
  pipeline.killAfter = anyKill(world, 5)
  await pipeline.syncAs(book, credential)
  return true
}

/** The same for all of them, once each, as the registry shows itself to them now. */
export async function syncNeighbours(world: World): Promise<void> {
  const { estate, books, pipeline } = world
  const made = new Set<string>()
  for (const object of await estate.clusters[0].listObjects('Repository')) {
    const book = books.find(one => one.path === (object.spec as { repository: string }).repository)
    const credential = object.metadata.namespace === 'team' ? undefined : credentialOfNeighbour(world, object)
    if (!book || credential === undefined || made.has(`${credential} ${book.id}`)) continue
    made.add(`${credential} ${book.id}`)
    await pipeline.syncAs(book, credential)
  }
}
