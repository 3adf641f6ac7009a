import { others } from '../domain/metrics/count-pulls.ts'
import type { MetricsFacts } from './facts.ts'
import { counter, type Family, gauge, type Labels, sample } from './family.ts'
import { type Bounded, largestFirst } from './largest-first.ts'

/** Series of one metric, of all clusters together; a histogram counts as one, and has thirteen. */
const mostSeries = { versions: 10_000, pulls: 10_000, durations: 2_000, syncs: 10_000, failures: 10_000 } as const

/** The metrics of the life of images by the names that rules and dashboards know. */
export const imageFamilies = (facts: MetricsFacts): Family[] => [
  ...pullFamilies(facts),
  ...storageFamilies(facts),
  ...syncFamilies(facts),
  gauge(
    'image_versions',
    'A version that a Repository object tracks: 1 for each, so that count() counts versions.',
    versionsOf(facts).shown.map(labels => sample(labels, 1)),
  ),
  gauge(
    'image_registry_connection_failures',
    'Verifications of the credential of a RegistrySecret that failed in a row.',
    facts.gauges.flatMap(({ cluster, secrets }) =>
      secrets.map(({ namespace, name, registry, failures }) =>
        sample({ cluster, namespace, registry_name: name, registry }, failures),
      ),
    ),
  ),
]

/** How many series of each metric were left out. */
export const droppedSeries = (facts: MetricsFacts): readonly (readonly [metric: string, count: number])[] => [
  ['image_versions', versionsOf(facts).dropped],
  ['image_sync_failures', failuresOf(facts).dropped],
  ['image_sync_total', syncsOf(facts).dropped],
  ['image_pull_total', pullsOf(facts).dropped],
  ['image_pull_duration_seconds', durationsOf(facts).dropped],
]

function pullsOf({ meters }: MetricsFacts) {
  const all = meters.flatMap(({ cluster, pulls }) =>
    pulls.map(({ namespace, node, image, succeeded, failed, backedOff }) => ({
      labels: { cluster, namespace, node, image },
      succeeded,
      total: succeeded + failed,
      backedOff,
    })),
  )
  const { shown, dropped } = largestFirst(all, mostSeries.pulls, one => one.total + one.backedOff, isOthers)
  return { shown, dropped: dropped + meters.reduce((sum, { fallen }) => sum + (fallen?.pulls ?? 0), 0) }
}

function durationsOf({ meters }: MetricsFacts) {
  const all = meters.flatMap(({ cluster, durations }) =>
    durations.map(({ node, image, ...counted }) => ({ labels: { cluster, node, image }, ...counted })),
  )
  const countOf = ({ buckets }: (typeof all)[number]) => buckets.reduce((sum, count) => sum + count, 0)
  const { shown, dropped } = largestFirst(all, mostSeries.durations, countOf, isOthers)
  return { shown, dropped: dropped + meters.reduce((sum, { fallen }) => sum + (fallen?.durations ?? 0), 0) }
}

const isOthers = ({ labels }: { readonly labels: Labels }): boolean => labels.image === others

function pullFamilies(facts: MetricsFacts): Family[] {
  const pulls = pullsOf(facts).shown
  return [
    counter(
      'image_pull_total',
      'Pulls that nodes tried.',
      pulls.map(({ labels, total }) => sample(labels, total)),
    ),
    counter(
      'image_pull_success_total',
      'Pulls that succeeded.',
      pulls.map(({ labels, succeeded }) => sample(labels, succeeded)),
    ),
    counter(
      'shelflife_image_pull_backoffs_total',
      'Pulls that nodes put off, since those before them had failed.',
      pulls.filter(({ backedOff }) => backedOff > 0).map(({ labels, backedOff }) => sample(labels, backedOff)),
    ),
    {
      name: 'image_pull_duration_seconds',
      help: 'How long pulls took that succeeded, with their wait for others of the node.',
      type: 'histogram',
      samples: durationsOf(facts).shown,
    },
  ]
}

function storageFamilies({ meters }: MetricsFacts): Family[] {
  const nodes = meters.flatMap(({ cluster, nodes: all }) =>
    all.map(({ node, source, ...rest }) => ({ labels: { cluster, node, source }, ...rest })),
  )
  return [
    gauge(
      'image_storage_bytes',
      'Bytes that images take on a node, as its kubelet says, or else the images that its status names.',
      nodes.map(({ labels, imageBytes }) => sample(labels, imageBytes)),
    ),
    gauge(
      'image_storage_usage_percent',
      'How full the disk of images is on a node, 0 to 100; by its status the share of the images that it names.',
      nodes.flatMap(({ labels, usedPercent }) => (usedPercent === undefined ? [] : [sample(labels, usedPercent)])),
    ),
    gauge(
      'shelflife_node_disk_pressure',
      '1 where a node says that its disk is too full.',
      nodes.map(({ labels: { cluster, node }, hasDiskPressure }) => sample({ cluster, node }, hasDiskPressure ? 1 : 0)),
    ),
  ]
}

function syncsOf({ syncCounts }: MetricsFacts) {
  const all = syncCounts.map(({ cluster, namespace, repository, succeeded, failed }) => ({
    labels: { cluster, namespace, repository },
    succeeded,
    total: succeeded + failed,
  }))
  return largestFirst(all, mostSeries.syncs, one => one.total)
}

/** Those that failed most often in a row. */
function failuresOf({ gauges }: MetricsFacts) {
  const all = gauges.flatMap(({ cluster, failures: failing }) =>
    failing.map(({ namespace, name, image, failures }) => ({ labels: { cluster, namespace, name, image }, failures })),
  )
  const { shown, dropped } = largestFirst(all, mostSeries.failures, one => one.failures)
  return { shown, dropped: dropped + gauges.reduce((sum, one) => sum + one.dropped.failures, 0) }
}

function syncFamilies(facts: MetricsFacts): Family[] {
  const syncs = syncsOf(facts).shown
  return [
    counter(
      'image_sync_total',
      'Full syncs of a repository that ended, for the objects of a namespace.',
      syncs.map(({ labels, total }) => sample(labels, total)),
    ),
    counter(
      'image_sync_success_total',
      'Those of them that succeeded.',
      syncs.map(({ labels, succeeded }) => sample(labels, succeeded)),
    ),
    gauge(
      'image_sync_failures',
      'Syncs of a Repository object that failed in a row; without a series where the last one succeeded.',
      failuresOf(facts).shown.map(({ labels, failures }) => sample(labels, failures)),
    ),
  ]
}

/** Of all clusters the largest groups first, up to as many series as there may be, and how many are left out. */
function versionsOf({ gauges }: MetricsFacts): Bounded<Labels> {
  const groups = gauges
    .flatMap(({ cluster, versions }) => versions.map(group => ({ cluster, ...group })))
    .sort((a, b) => b.tags.length - a.tags.length)
  const all = groups.flatMap(({ cluster, namespace, image, tags }) =>
    tags.map(tag => ({ cluster, namespace, image, tag })),
  )
  const droppedBefore = gauges.reduce((sum, { dropped }) => sum + dropped.versions, 0)
  const { versions: limit } = mostSeries
  return { shown: all.slice(0, limit), dropped: droppedBefore + Math.max(0, all.length - limit) }
}
