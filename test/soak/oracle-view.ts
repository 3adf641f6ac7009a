import type { Image } from '../../shared/domain/image.ts'
import type { ImageRecord } from '../../shared/domain/records/images.ts'
import type { JudgeInput } from '../../shared/domain/retention/judge.ts'
import { type OracleVerdicts, oracle } from '../shared/domain/retention/oracle.ts'
import type { PolicyView } from './policy-view.ts'
import type { BookedManifest, RepositoryBook } from './registry-book.ts'
import type { World } from './world.ts'

/**
 * What the second, naive reading of the specification says of one repository as it truly is, or as it would be if some
 * images that are gone were there still.
 */
export async function judgeTruth(
  world: World,
  book: RepositoryBook,
  policy: PolicyView,
  ghosts: readonly ImageRecord[] = [],
): Promise<OracleVerdicts> {
  const { estate } = world
  const records = new Map((await estate.store.listImages(book.id)).map(record => [record.digest, record]))
  const images = [...book.manifests.values()].flatMap((manifest): Image[] => {
    const record = records.get(manifest.digest)
    const tags = book.tagsOf(manifest.digest)
    if (tags.length === 0 && (record === undefined || record.goneAt !== undefined)) return []
    const { config, createdAt } = manifest
    // What a config could not tell when it was asked, it is not asked again.
    const made = config && book.oddConfigs.has(config) ? record?.createdAt : createdAt
    return [imageOf(book, { ...manifest, createdAt: made }, tags, record?.pushedAt.at)]
  })
  const made = new Map(images.map(image => [image.digest, image.createdAt]))
  const input: JudgeInput = {
    images: [...images.map(image => withCreation(image, made)), ...ghosts.map(ghostOf)],
    usage: { complete: true, workloads: estate.clusters.flatMap(cluster => cluster.workloads) },
    policies: [rulesOf(policy)],
    now: estate.clock.now(),
    registryOf: () => estate.registry.facts,
    scope: { covers: (_, tag) => policy.covers(tag) },
  }
  return oracle(input)
}

/** An index was made once the newest of its children was, as far as all of them tell. */
const withCreation = (image: Image, made: ReadonlyMap<string, Date | undefined>): Image => {
  const times = (image.children ?? []).map(child => made.get(child)?.getTime() ?? 0)
  const isTold = times.length > 0 && times.every(time => time > 0)
  return isTold ? { ...image, createdAt: new Date(Math.max(...times)) } : image
}

const ghostOf = ({
  repository,
  digest,
  mediaType,
  sizeBytes,
  children,
  subject,
  pushedAt,
  createdAt,
  blobs,
}: ImageRecord): Image => ({
  repository,
  digest,
  tags: [],
  pushedAt: pushedAt.at,
  ...(mediaType !== undefined && { mediaType }),
  ...(sizeBytes !== undefined && { sizeBytes }),
  ...(children && { children }),
  ...(subject && { subject }),
  ...(createdAt && { createdAt }),
  ...(blobs && { blobs }),
})

const imageOf = (
  book: RepositoryBook,
  { digest, mediaType, children, subject, sizeBytes, config, createdAt, isOdd }: BookedManifest,
  tags: readonly string[],
  pushedAt: Date | undefined,
): Image => ({
  repository: book.id,
  digest,
  tags,
  ...(isOdd ? { unreadable: 'of no known kind', children } : { mediaType }),
  sizeBytes,
  ...(pushedAt && { pushedAt }),
  ...(mediaType.includes('index') && { children }),
  ...(subject && { subject }),
  ...(createdAt && { createdAt }),
  ...(config && { blobs: [{ digest: config, sizeBytes: 1 }] }),
})

const rulesOf = ({ spec, graceMs }: PolicyView): JudgeInput['policies'][number] => {
  const { keepRecent, semver, unusedDays, keepDays, groupBy, rules } = spec
  return {
    ...(keepRecent !== undefined && { keepRecent }),
    ...(semver !== undefined && { semver }),
    ...(unusedDays !== undefined && { unusedDays }),
    ...(keepDays !== undefined && { keepDays }),
    ...(groupBy !== undefined && { groupBy }),
    ...(rules !== undefined && { rules }),
    exclude: spec.exclude ?? [],
    keepTags: spec.keepTags ?? [],
    gracePeriodMs: graceMs,
    maxDeletionsPerRun: 100_000,
    maxDeletionPercent: 100,
  }
}
