import type { Digest } from '../../../../shared/domain/digest.ts'
import type { Blob, Image } from '../../../../shared/domain/image.ts'
import type { RetentionPolicy } from '../../../../shared/domain/policy/policy.ts'
import type { UntaggedManifests } from '../../../../shared/domain/registry-facts.ts'
import type { JudgeInput } from '../../../../shared/domain/retention/judge.ts'
import type { ForeignWorkload, Usage, Workload } from '../../../../shared/domain/usage.ts'
import { randomPolicy } from './random-policy.ts'
import { attachedTag, type Dice, hexDigits, type Maker, pick, randomTagMaker } from './random-tags.ts'
import { indexType, manifestType, now, workloadOf } from './retention-world.ts'

/** A world as plain data, so that it can be shown and shrunk: the scope lists what it does not cover. */
export interface World {
  readonly images: readonly Image[]
  readonly usage: Usage
  readonly policies: readonly RetentionPolicy[]
  /** `repository tag`, or `repository` for its untagged images; undefined for no scope. */
  readonly uncovered?: readonly string[]
  /** Digests that the policy's sweeps deleted. */
  readonly deleted?: readonly string[]
  /** What others track: `repository tag`, or `repository` for its untagged images. */
  readonly tracked?: readonly string[]
  /** What becomes of untagged manifests, in every registry; undefined where nothing is known of any. */
  readonly untagged?: UntaggedManifests
  /** `repository tag name`. */
  readonly objects: readonly string[]
}

export const repositories = ['registry.example.com/team/app', 'docker.io/library/nginx', 'localhost:5000/web']

const spellings: Readonly<Record<string, readonly string[]>> = {
  'docker.io/library/nginx': ['nginx', 'docker.io/nginx', 'docker-pullable://index.docker.io/library/nginx'],
  'registry.example.com/team/app': [
    'registry.example.com/team/app',
    'Registry.Example.com:443/team/app',
    'odd-runtime://registry.example.com/team/app',
  ],
}

const dayMs = 86_400_000

/** Digests in no order that places could betray. */
const digests: readonly Digest[] = Array.from({ length: 600 }, (_, at): Digest => {
  let state = (at + 1) * 2_654_435_761
  const digits = Array.from({ length: 64 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return hexDigits[state >>> 28]
  })
  return `sha256:${digits.join('')}`
})

const blobDigests = digests.slice(-12)

/** The world as the engine takes it. */
export const inputOf = ({
  images,
  usage,
  policies,
  uncovered,
  deleted = [],
  tracked,
  untagged,
  objects,
}: World): JudgeInput => {
  const objectNames = new Map<string, Map<string, string[]>>()
  for (const object of objects) {
    const [repository = '', tag = '', name = ''] = object.split(' ')
    const names = objectNames.get(repository) ?? new Map<string, string[]>()
    objectNames.set(repository, names.set(tag, [...(names.get(tag) ?? []), name]))
  }
  const outside = new Set(uncovered)
  const covers = (repository: string, tag: string | undefined) =>
    !outside.has(tag === undefined ? repository : `${repository} ${tag}`)
  const scope = { covers, deleted: (_: string, digest: string) => deleted.includes(digest) }
  const test = (repository: string, tag: string | undefined) =>
    tracked?.includes(tag === undefined ? repository : `${repository} ${tag}`) === true
      ? { reason: 'tracked by another', protectedBy: ['another'] }
      : undefined
  return {
    images,
    usage,
    policies,
    now,
    objectNames,
    ...(uncovered === undefined ? {} : { scope }),
    ...(tracked === undefined ? {} : { tracked: test }),
    ...(untagged === undefined ? {} : { registryOf: () => ({ untagged }) }),
  }
}

/** One to a dozen images mostly, now and then thirty, seldom some hundreds. */
export const randomWorld = (dice: Dice): World => {
  const size = 1 + dice(dice(400) === 0 ? 300 : dice(4) === 0 ? 30 : 9)
  const known = repositories.slice(0, 1 + dice(3))
  const images = known.flatMap(repository => randomImages(dice, repository, Math.ceil(size / known.length)))
  const policies = dice(8) === 0 ? [randomPolicy(dice), randomPolicy(dice)] : [randomPolicy(dice)]
  const objects = dice(6) === 0 ? randomObjects(dice, images) : []
  const tracked = dice(5) === 0 ? { tracked: randomPlaces(dice, images) } : {}
  const untagged = pick(dice, [
    undefined,
    undefined,
    'stays',
    'goes-with-index',
    'goes-with-index',
    'collected',
  ] as const)
  const registry = untagged === undefined ? {} : { untagged }
  const world = { images, usage: randomUsage(dice, images), policies, objects, ...tracked, ...registry }
  if (dice(4) > 0) return world
  const deleted = digests.slice(0, size + 2).filter(() => dice(4) === 0)
  return { ...world, uncovered: randomPlaces(dice, images), deleted }
}

/** The push times and links that the images of one repository share. */
interface Habits {
  /** Where there are any, most images were pushed at one of them: an OCI registry tells no time. */
  readonly pushTimes: readonly Date[]
  readonly pool: readonly Digest[]
  /** One in so many images says when it was created. */
  readonly creation: number
  readonly tag: Maker
}

const randomImages = (dice: Dice, repository: string, size: number): Image[] => {
  const pool = digests.slice(0, size + 2)
  const taken = new Set<string>()
  const start = dice(3)
  const pushTimes = Array.from({ length: pick(dice, [0, 1, 1, 1, 2, 3]) }, () => daysBack(dice(60) + 0.5))
  const habits = {
    pushTimes,
    pool: dice(3) > 0 ? pool : [],
    creation: pick(dice, [1, 3, 50]),
    tag: randomTagMaker(dice),
  }
  return Array.from({ length: size }, (_, at) => {
    const digest = pool[(start + at) % pool.length] ?? digests[0]
    const tags = randomTags(dice, taken, habits)
    return { repository, digest: digest as Digest, tags, ...randomDetails(dice, habits) }
  })
}

const randomDetails = (dice: Dice, { pool, pushTimes, creation }: Habits): Partial<Image> => {
  const isIndex = pool.length > 0 && dice(5) === 0
  const mediaType = isIndex ? indexType : dice(60) === 0 ? 'application/vnd.cncf.helm' : manifestType
  const children = Array.from({ length: dice(4) }, () => pick(dice, pool))
  const pushedAt = pushTimes.length > 0 && dice(8) > 0 ? pick(dice, pushTimes) : randomTime(dice, 80)
  const pulledAt = dice(3) === 0 ? randomTime(dice, 8) : undefined
  const createdAt = dice(creation) === 0 ? pick(dice, creationTimes) : undefined
  return {
    ...(dice(60) === 0 ? {} : { mediaType }),
    ...(isIndex && dice(30) > 0 ? { children } : {}),
    ...randomOddities(dice),
    ...(pool.length > 0 && dice(6) === 0 ? { subject: pick(dice, pool) } : {}),
    ...(pushedAt && { pushedAt }),
    ...(pulledAt && { pulledAt }),
    ...(createdAt && { createdAt }),
    ...(dice(20) === 0 ? { retaggedAt: daysBack(dice(60)) } : {}),
    ...(dice(20) === 0 ? { seenRunningAt: daysBack(dice(60)) } : {}),
    ...(dice(3) === 0 ? { blobs: randomBlobs(dice) } : {}),
  }
}

const randomOddities = (dice: Dice): Partial<Image> => ({
  ...(dice(80) === 0 ? { unreadable: 'odd' } : {}),
  ...(dice(80) === 0 ? { mayBeNamed: 'named by something odd' } : {}),
})

/** A config, and at times a layer that other images have as well. */
const randomBlobs = (dice: Dice): Blob[] =>
  [pick(dice, blobDigests), ...(dice(3) === 0 ? [pick(dice, blobDigests)] : [])].map(digest => ({
    digest,
    sizeBytes: 1 + blobDigests.indexOf(digest),
  }))

/** Days on and beside the edges that policies use; one in `odd` is missing, from 1980, impossible or to come. */
const randomTime = (dice: Dice, odd: number): Date | undefined => {
  if (dice(odd) > 0) return daysBack(dice(60) + (dice(4) === 0 ? pick(dice, [0, 1 / dayMs, -1 / dayMs]) : 0.5))
  return [undefined, new Date(0), new Date('1980-01-01T00:00:00Z'), new Date(Number.NaN), daysBack(-3)][dice(5)]
}

const daysBack = (days: number): Date => new Date(now.getTime() - days * dayMs)

/** Usable ones, and such as reproducible builds write, with the edges of rule 13. */
const creationTimes: readonly Date[] = [
  daysBack(70),
  daysBack(71),
  daysBack(72),
  new Date(now),
  new Date('2013-03-20T00:00:00Z'),
  new Date('2013-03-19T23:59:59.999Z'),
  new Date(0),
  new Date(now.getTime() + 1),
  new Date('9999-01-01T00:00:00Z'),
  new Date(Number.NaN),
]

const randomTags = (dice: Dice, taken: Set<string>, { pool, tag: maker }: Habits): string[] => {
  const tags: string[] = []
  const wanted = dice(8) === 0 ? 0 : dice(4) === 0 ? 1 + dice(3) : 1
  for (let tries = 0; tags.length < wanted && tries < 4; tries++) {
    const tag = pool.length > 0 && dice(7) === 0 ? attachedTag(dice, pool) : maker(dice)
    if (taken.has(tag)) continue
    taken.add(tag)
    tags.push(tag)
  }
  return tags
}

const randomUsage = (dice: Dice, images: readonly Image[]): Usage => ({
  complete: dice(25) > 0,
  workloads: dice(3) > 0 ? [] : Array.from({ length: 1 + dice(2) }, () => randomWorkload(dice, images)),
  ...(dice(8) > 0 ? {} : { foreign: [randomForeign(dice, images)] }),
})

/** Spelled as the repository's own already: the host that the workload names is for people. */
const randomForeign = (dice: Dice, images: readonly Image[]): ForeignWorkload => {
  const { repository, digest, tags, children = [] } = pick(dice, images)
  const image =
    dice(2) === 0 ? `${repository}:${tags[0] ?? 'gone'}` : `${repository}@${pick(dice, [digest, ...children])}`
  return { ...workloadOf(image, { name: `pod-${dice(3)}` }), spelled: `registry.internal:5000/${image}` }
}

const randomWorkload = (dice: Dice, images: readonly Image[]): Workload => {
  const { repository, digest: own, tags, blobs = [], children = [] } = pick(dice, images)
  const digest = pick(dice, [own, own, ...blobs.map(blob => blob.digest), ...children])
  const name = pick(dice, spellings[repository] ?? [repository])
  const upper = `sha256:${digest.slice(7).toUpperCase()}`
  const tag = tags[0] ?? 'gone'
  const forms = [
    `${name}:${tag}`,
    `${name}@${digest}`,
    `${name}:1.0.0@${digest}`,
    upper,
    `${name}@${upper}`,
    name,
    `docker://${digest}`,
  ]
  const odd = [`${name}@sha512:${'0'.repeat(128)}`, 'Not A Name', '']
  return workloadOf(dice(30) === 0 ? pick(dice, odd) : pick(dice, forms), { name: `pod-${dice(3)}` })
}

const randomPlaces = (dice: Dice, images: readonly Image[]): string[] => {
  const half = 1 + dice(4)
  return images
    .flatMap(image => image.tags.map(tag => `${image.repository} ${tag}`))
    .concat(repositories)
    .filter(() => dice(half) === 0)
}

const randomObjects = (dice: Dice, images: readonly Image[]): string[] =>
  images
    .filter(() => dice(4) === 0)
    .map(
      image => `${image.repository} ${dice(5) === 0 ? '' : (image.tags[0] ?? '')} ${pick(dice, ['critical', 'other'])}`,
    )
