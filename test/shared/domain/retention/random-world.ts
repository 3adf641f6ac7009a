import type { Digest } from '../../../../shared/domain/digest.ts'
import type { Image } from '../../../../shared/domain/image.ts'
import type { RetentionPolicy } from '../../../../shared/domain/policy/policy.ts'
import type { JudgeInput } from '../../../../shared/domain/retention/judge.ts'
import type { Usage, Workload } from '../../../../shared/domain/usage.ts'
import { indexType, manifestType, now, policyOf, workloadOf } from './retention-world.ts'

/** A source of whole numbers from 0 up to, and without, a limit. */
export type Dice = (limit: number) => number

/** A world as plain data, so that it can be shown and shrunk: the scope lists what it does not cover. */
export interface World {
  readonly images: readonly Image[]
  readonly usage: Usage
  readonly policies: readonly RetentionPolicy[]
  /** `repository tag`, or `repository` for its untagged images; undefined for no scope. */
  readonly uncovered?: readonly string[]
  /** Digests that the policy's sweeps deleted. */
  readonly deleted?: readonly string[]
  /** `repository tag name`. */
  readonly objects: readonly string[]
}

export const repositories = ['registry.example.com/team/app', 'docker.io/library/nginx', 'localhost:5000/web']

const spellings: Readonly<Record<string, readonly string[]>> = {
  'docker.io/library/nginx': ['nginx', 'docker.io/nginx', 'docker-pullable://index.docker.io/library/nginx'],
}

const dayMs = 86_400_000
const hex = '0123456789abcdef'

/** Digests in no order that places could betray. */
const digests: readonly Digest[] = Array.from({ length: 600 }, (_, at): Digest => {
  let state = (at + 1) * 2_654_435_761
  const digits = Array.from({ length: 64 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return hex[state >>> 28]
  })
  return `sha256:${digits.join('')}`
})

/** The world as the engine takes it. */
export const inputOf = ({ images, usage, policies, uncovered, deleted = [], objects }: World): JudgeInput => {
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
  return { images, usage, policies, now, objectNames, ...(uncovered === undefined ? {} : { scope }) }
}

/** One to a dozen images mostly, now and then thirty, seldom some hundreds. */
export const randomWorld = (dice: Dice): World => {
  const size = 1 + dice(dice(400) === 0 ? 300 : dice(4) === 0 ? 30 : 9)
  const known = repositories.slice(0, 1 + dice(3))
  const images = known.flatMap(repository => randomImages(dice, repository, Math.ceil(size / known.length)))
  const policies = dice(8) === 0 ? [randomPolicy(dice), randomPolicy(dice)] : [randomPolicy(dice)]
  const objects = dice(6) === 0 ? randomObjects(dice, images) : []
  const world = { images, usage: randomUsage(dice, images), policies, objects }
  if (dice(4) > 0) return world
  const deleted = digests.slice(0, size + 2).filter(() => dice(4) === 0)
  return { ...world, uncovered: randomUncovered(dice, images), deleted }
}

const randomImages = (dice: Dice, repository: string, size: number): Image[] => {
  const pool = digests.slice(0, size + 2)
  const taken = new Set<string>()
  const start = dice(3)
  const linked = dice(3) > 0
  return Array.from({ length: size }, (_, at) => {
    const digest = pool[(start + at) % pool.length] ?? digests[0]
    const tags = randomTags(dice, taken, linked ? pool : [])
    return { repository, digest: digest as Digest, tags, ...randomDetails(dice, linked ? pool : []) }
  })
}

const randomDetails = (dice: Dice, pool: readonly Digest[]): Partial<Image> => {
  const isIndex = pool.length > 0 && dice(5) === 0
  const mediaType = isIndex ? indexType : dice(60) === 0 ? 'application/vnd.cncf.helm' : manifestType
  const children = Array.from({ length: dice(4) }, () => pick(dice, pool))
  const pushedAt = randomTime(dice, 80)
  const pulledAt = dice(3) === 0 ? randomTime(dice, 8) : undefined
  return {
    ...(dice(60) === 0 ? {} : { mediaType }),
    ...(isIndex && dice(30) > 0 ? { children } : {}),
    ...(pool.length > 0 && dice(6) === 0 ? { subject: pick(dice, pool) } : {}),
    ...(pushedAt && { pushedAt }),
    ...(pulledAt && { pulledAt }),
    ...(dice(20) === 0 ? { retaggedAt: daysBack(dice(60)) } : {}),
  }
}

/** Days on and beside the edges that policies use; one in `odd` is missing, from 1980, impossible or to come. */
const randomTime = (dice: Dice, odd: number): Date | undefined => {
  if (dice(odd) > 0) return daysBack(dice(60) + (dice(4) === 0 ? pick(dice, [0, 1 / dayMs, -1 / dayMs]) : 0.5))
  return [undefined, new Date(0), new Date('1980-01-01T00:00:00Z'), new Date(Number.NaN), daysBack(-3)][dice(5)]
}

const daysBack = (days: number): Date => new Date(now.getTime() - days * dayMs)

const pick = <T>(dice: Dice, from: readonly T[]): T => from[dice(from.length)] as T

const randomTags = (dice: Dice, taken: Set<string>, pool: readonly Digest[]): string[] => {
  const tags: string[] = []
  const wanted = dice(8) === 0 ? 0 : dice(4) === 0 ? 1 + dice(3) : 1
  for (let tries = 0; tags.length < wanted && tries < 4; tries++) {
    const tag = pool.length > 0 && dice(7) === 0 ? cosignTag(dice, pool) : pick(dice, tagMakers)(dice)
    if (taken.has(tag)) continue
    taken.add(tag)
    tags.push(tag)
  }
  return tags
}

const cosignTag = (dice: Dice, pool: readonly Digest[]): string =>
  `${pick(dice, pool).replace(':', '-')}${pick(dice, ['.sig', '.att', '.sbom', ''])}`

const core = (dice: Dice): string => `${dice(3)}.${dice(3)}.${dice(4)}`
const hash = (dice: Dice): string => `${dice(10)}a${Array.from({ length: 5 + dice(3) }, () => hex[dice(16)]).join('')}`

const words = (text: string) => (dice: Dice) => pick(dice, text.split(' '))

const tagMakers: readonly ((dice: Dice) => string)[] = [
  core,
  core,
  dice => `v${core(dice)}`,
  dice => `v${core(dice)}`,
  dice => `${dice(3)}.${dice(3)}`,
  dice => `${dice(4)}`,
  dice => `${core(dice)}.${dice(3)}`,
  dice => `${core(dice)}_${dice(3)}`,
  dice => `${core(dice)}-${words('alpine slim alpine3.18 slim-bookworm Alpine')(dice)}`,
  dice => `${core(dice)}-${words('rc beta alpha b dev RC a')(dice)}${words('. - .0')(dice)}${dice(12)}`,
  dice =>
    `${core(dice)}${words('rc b a beta RC')(dice)}${dice(12)}${words('-alpine - _1').call(null, dice).replace(/^-$/, '')}`,
  dice => `1.${dice(2)}.0-${dice(14)}-g${hash(dice)}`,
  dice => `1.${dice(2)}.0-${hash(dice)}`,
  dice => `1.${dice(2)}.0-alpine-${hash(dice)}`,
  dice => `1.${dice(2)}.0-alpine-${dice(2)}000${dice(3)}`,
  dice => `1.${dice(2)}.0-pr-${dice(20)}-${hash(dice)}`,
  dice => `1.0.0-debian-12-r${dice(12)}`,
  dice => `1.0.${dice(2)}-r${dice(3)}`,
  dice => `1.${words('9 10 99999999999999999999 100000000000000000000 007 7')(dice)}.${dice(2)}`,
  dice => `${words('api web')(dice)}-${core(dice)}`,
  dice => `${words('api web')(dice)}-latest`,
  words('latest stable-1 main dev nightly latest-alpine next'),
  words('feature-x 20240108 1.2.x 1.2.3.Final deadbee1 1.0.0-- 1.2..3 v x 123b456 1.0.0_ 1.0b 1.0.0-.x 2024-01-08'),
  hash,
]

const randomPolicy = (dice: Dice): RetentionPolicy => {
  const maybe = (chance: number) => dice(chance) === 0
  const rules = {
    ...(maybe(2) ? { keepRecent: dice(4) } : {}),
    ...(maybe(3) ? { unusedDays: 1 + dice(20) } : {}),
    ...(maybe(4) ? { keepDays: 1 + dice(20) } : {}),
    ...(maybe(3) ? { semver: randomWindow(dice) } : {}),
  }
  return policyOf({
    ...(Object.keys(rules).length > 0 ? rules : { keepRecent: 1 }),
    gracePeriodMs: pick(dice, [0, 1000, dayMs, 2 * dayMs]),
    ...(maybe(6) ? { keepTags: [pick(dice, ['v1.*', '*-alpine', '?.0.0', 'api-*', '2.1.1', '*.sig', '*x*0*'])] } : {}),
    ...(maybe(6) ? { exclude: [randomExclusion(dice)] } : {}),
    ...(maybe(6) ? { groupBy: pick(dice, ['^([a-z]+)-', '-(alpine|slim)', '^(api-)?', '^v', '[0-9]+$']) } : {}),
  })
}

const randomWindow = (dice: Dice): NonNullable<RetentionPolicy['semver']> => ({
  ...(dice(2) === 0 ? { majorVersions: 1 + dice(3) } : {}),
  ...(dice(2) === 0 ? { minorVersions: 1 + dice(2) } : {}),
  ...(dice(2) === 0 ? { patches: 1 + dice(2) } : {}),
})

const randomExclusion = (dice: Dice): { name?: string; tag?: string } => {
  const tag = pick(dice, ['1.0.0', 'v2*', 'latest', '*-r1'])
  if (dice(2) === 0) return { tag }
  const name = pick(dice, ['nginx', 'team/app', '*web*', 'critical', 'docker.io/library/nginx', 'nothing'])
  return dice(3) === 0 ? { name } : { name, tag }
}

const randomUsage = (dice: Dice, images: readonly Image[]): Usage => ({
  complete: dice(25) > 0,
  workloads: dice(2) === 0 ? [] : Array.from({ length: 1 + dice(2) }, () => randomWorkload(dice, images)),
})

const randomWorkload = (dice: Dice, images: readonly Image[]): Workload => {
  const { repository, digest, tags } = pick(dice, images)
  const name = pick(dice, spellings[repository] ?? [repository])
  const upper = `sha256:${digest.slice(7).toUpperCase()}`
  const tag = tags[0] ?? 'gone'
  const forms = [`${name}:${tag}`, `${name}@${digest}`, `${name}:1.0.0@${digest}`, upper, `${name}@${upper}`, name]
  const odd = [`${name}@sha512:${'0'.repeat(128)}`, 'Not A Name', '']
  return workloadOf(dice(30) === 0 ? pick(dice, odd) : pick(dice, forms), { name: `pod-${dice(3)}` })
}

const randomUncovered = (dice: Dice, images: readonly Image[]): string[] => {
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
