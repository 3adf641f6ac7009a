import { createHash } from 'node:crypto'
import type { Digest } from '../../shared/domain/digest.ts'
import type { Image } from '../../shared/domain/image.ts'
import type { RetentionPolicy } from '../../shared/domain/policy/policy.ts'
import type { Usage } from '../../shared/domain/usage.ts'

/** The moment that all worlds are judged at. */
export const benchNow = new Date('2026-11-23T00:00:00Z')

export const benchPolicy: RetentionPolicy = {
  keepRecent: 3,
  unusedDays: 30,
  exclude: [],
  keepTags: [],
  gracePeriodMs: 86_400_000,
  maxDeletionsPerRun: 100,
  maxDeletionPercent: 50,
}

const manifest = 'application/vnd.oci.image.manifest.v1+json'

/** A world to judge: so many images, with so many tags each, in repositories of so many images. */
export interface BenchWorld {
  readonly name: string
  readonly images: number
  readonly tagsPerImage: number
  readonly perRepository: number
}

/** The ones that are measured at full size; smaller ones show how time grows. */
export const benchWorlds: readonly BenchWorld[] = [
  { name: 'one tag, many repositories', images: 1_000_000, tagsPerImage: 1, perRepository: 2000 },
  { name: 'one tag, few repositories', images: 1_000_000, tagsPerImage: 1, perRepository: 100_000 },
  { name: 'four tags, many repositories', images: 250_000, tagsPerImage: 4, perRepository: 500 },
]

/**
 * Images as registries hold them: releases, variants, pre-releases and builds named by commits, two years of pushes.
 * With several tags on an image, they are what official images carry beside the version.
 */
export function* eachBenchImage({ images, tagsPerImage, perRepository }: BenchWorld): Iterable<Image> {
  for (let at = 0; at < images; at++) {
    const repository = Math.floor(at / perRepository)
    yield {
      repository: `registry.example.com/team-${repository % 20}/app-${repository}`,
      digest: digestOf(at),
      tags: tagsOf(at % perRepository, tagsPerImage),
      mediaType: manifest,
      sizeBytes: 50_000_000 + at,
      pushedAt: new Date(benchNow.getTime() - ((at * 7919) % 63_072_000) * 1000),
    }
  }
}

/** All of them, with one text for the name of each repository. */
export const benchImages = (world: BenchWorld): Image[] => {
  const names = new Map<string, string>()
  return Array.from(eachBenchImage(world), image => {
    const repository = names.get(image.repository) ?? plain(image.repository)
    names.set(repository, repository)
    return { ...image, repository }
  })
}

/** Two pods for each of the first repositories. */
export const benchUsage = (images: readonly Image[]): Usage => ({
  complete: true,
  workloads: images
    .filter((_, at) => at % 997 === 0)
    .slice(0, 5000)
    .map(({ repository, tags }, at) => ({
      cluster: `eu-${at % 3}`,
      kind: 'Pod',
      namespace: 'production',
      name: `pod-${at}`,
      image: `${repository}:${tags[0]}`,
      lastSeenAt: benchNow,
    })),
})

const digestOf = (at: number): Digest =>
  plain(`sha256:${createHash('sha256').update(String(at)).digest('hex')}`) as Digest

/** Joined texts are kept as pieces until they are read; what a registry client hands over is plain. */
const plain = (text: string): string => Buffer.from(text).toString('latin1')

const tagsOf = (at: number, count: number): string[] => {
  const core = `${Math.floor(at / 400)}.${Math.floor(at / 20) % 20}.${at % 20}`
  const hash = createHash('sha1').update(core).digest('hex').slice(0, 10)
  const single = [core, core, core, `${core}-alpine`, `${core}-slim-bookworm`, `${core}-rc.${at % 5}`, `main-${hash}`]
  const many = [core, `${core}-bookworm`, `v${core}`, `${core}-r0`, `build-${at}`]
  const tags = count === 1 ? [`${single[at % single.length]}`] : many.slice(0, count)
  return tags.map(plain)
}
