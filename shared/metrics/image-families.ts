import type { MetricsFacts } from './facts.ts'
import { counter, type Family, gauge, type Labels, sample } from './family.ts'

/** What was left out is told by `shelflife_series_dropped`; other metrics do not grow with tags. */
export const mostVersionSeries = 10_000

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

function pullFamilies({ meters }: MetricsFacts): Family[] {
  const pulls = meters.flatMap(({ cluster, pulls: all }) =>
    all.map(({ namespace, node, image, succeeded, failed, backedOff }) => ({
      labels: { cluster, namespace, node, image },
      succeeded,
      total: succeeded + failed,
      backedOff,
    })),
  )
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
      samples: meters.flatMap(({ cluster, durations }) =>
        durations.map(({ node, image, ...counted }) => ({ labels: { cluster, node, image }, ...counted })),
      ),
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

function syncFamilies({ syncCounts, gauges }: MetricsFacts): Family[] {
  const syncs = syncCounts.map(({ cluster, namespace, repository, succeeded, failed }) => ({
    labels: { cluster, namespace, repository },
    succeeded,
    total: succeeded + failed,
  }))
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
      gauges.flatMap(({ cluster, failures: all }) =>
        all.map(({ namespace, name, image, failures }) => sample({ cluster, namespace, name, image }, failures)),
      ),
    ),
  ]
}

/** Of all clusters the largest groups first, up to as many series as there may be, and how many are left out. */
export function versionsOf(
  { gauges }: Pick<MetricsFacts, 'gauges'>,
  limit = mostVersionSeries,
): { readonly shown: readonly Labels[]; readonly dropped: number } {
  const groups = gauges
    .flatMap(({ cluster, versions }) => versions.map(group => ({ cluster, ...group })))
    .sort((a, b) => b.tags.length - a.tags.length)
  const all = groups.flatMap(({ cluster, namespace, image, tags }) =>
    tags.map(tag => ({ cluster, namespace, image, tag })),
  )
  const droppedBefore = gauges.reduce((sum, { dropped }) => sum + dropped.versions, 0)
  return { shown: all.slice(0, limit), dropped: droppedBefore + Math.max(0, all.length - limit) }
}
