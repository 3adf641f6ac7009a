import { stages } from '../domain/records/images.ts'
import type { PolicyRecord } from '../domain/records/policies.ts'
import type { MetricsFacts } from './facts.ts'
import { counter, type Family, gauge, type Labels, sample } from './family.ts'
import { droppedSeries } from './image-families.ts'

/** What only shelflife knows. */
export const ownFamilies = (facts: MetricsFacts): Family[] => [
  ...holdingFamilies(facts),
  ...objectFamilies(facts),
  ...policyFamilies(facts),
  ...runningFamilies(facts),
  gauge(
    'shelflife_series_dropped',
    'Series of a metric that were left out, since there are too many.',
    droppedSeries(facts).map(([metric, count]) => sample({ metric }, count)),
  ),
]

const holdingFamilies = ({ gauges }: MetricsFacts): Family[] => [
  gauge(
    'shelflife_images',
    'Images of the repositories that the objects of a cluster track, by stage.',
    gauges.flatMap(one => stages.map(stage => sample({ cluster: one.cluster, stage }, one.stages[stage]))),
  ),
  gauge(
    'shelflife_images_marked',
    'Images that are marked, and deleted once their grace period is over.',
    gauges.map(({ cluster, marked }) => sample({ cluster }, marked)),
  ),
  gauge(
    'shelflife_repositories',
    'Repositories that objects track; images of those that are too large are not among shelflife_images.',
    gauges.flatMap(({ cluster, repositories: { measured, tooLarge } }) => [
      sample({ cluster, size: 'measured' }, measured),
      sample({ cluster, size: 'too-large' }, tooLarge),
    ]),
  ),
  gauge(
    'shelflife_stored_bytes',
    'Bytes of the distinct layers of each repository of a registry, as of its last full sync.',
    gauges.flatMap(({ cluster, stored }) => stored.map(({ registry, bytes }) => sample({ cluster, registry }, bytes))),
  ),
]

const objectFamilies = ({ gauges, now }: MetricsFacts): Family[] => [
  gauge(
    'shelflife_objects',
    'Repository objects by their syncStatus.',
    gauges.flatMap(({ cluster, namespaces }) =>
      namespaces.flatMap(({ namespace, byStatus }) =>
        Object.entries(byStatus).map(([status, count]) => sample({ cluster, namespace, status }, count)),
      ),
    ),
  ),
  gauge(
    'shelflife_images_in_danger',
    'Repository objects whose image runs, or is referred to, and cannot be pulled any more.',
    gauges.flatMap(({ cluster, namespaces }) =>
      namespaces.map(({ namespace, inDanger }) => sample({ cluster, namespace }, inDanger)),
    ),
  ),
  gauge(
    'shelflife_sync_age_seconds',
    'How long ago the object was synced that was synced longest ago, to about an hour; without those that are suspended.',
    gauges.flatMap(({ cluster, oldestSyncAt }) =>
      oldestSyncAt ? [sample({ cluster }, secondsBetween(oldestSyncAt, now))] : [],
    ),
  ),
  gauge(
    'shelflife_policies',
    'Cleanup policies; paused: by their annotation; not-authorized: a grant is refused to them.',
    gauges.flatMap(({ cluster, policies: { total, paused, notAuthorized } }) => [
      sample({ cluster, state: 'all' }, total),
      sample({ cluster, state: 'paused' }, paused),
      sample({ cluster, state: 'not-authorized' }, notAuthorized),
    ]),
  ),
]

function policyFamilies({ policies }: MetricsFacts): Family[] {
  const known = policies.map(policy => ({ policy, labels: labelsOf(policy) }))
  return [
    counter(
      'shelflife_deleted_total',
      'What a policy deleted, as its runs count it.',
      known.map(({ policy, labels }) => sample(labels, policy.totalDeleted)),
    ),
    counter(
      'shelflife_freed_bytes_total',
      'Bytes that a policy freed in registries.',
      known.map(({ policy, labels }) => sample(labels, policy.totalFreedBytes)),
    ),
    gauge(
      'shelflife_kept',
      'What the last run of a policy kept, by the rule that kept it.',
      known.flatMap(({ policy, labels }) => keptOf(policy).map(([rule, kept]) => sample({ ...labels, rule }, kept))),
    ),
    gauge(
      'shelflife_last_success_timestamp_seconds',
      'When a run of a policy last succeeded, in seconds since 1970.',
      known.flatMap(({ policy: { lastSuccessfulTime: at }, labels }) =>
        at ? [sample(labels, Math.floor(at.getTime() / 1000))] : [],
      ),
    ),
    gauge(
      'shelflife_approvals_waiting',
      'Repositories of a policy whose plan waits for the approval of a person.',
      known.map(({ policy, labels }) => sample(labels, policy.approval?.wanted?.count ?? 0)),
    ),
  ]
}

function labelsOf({ id }: PolicyRecord): Labels {
  const [cluster = '', namespace = '', ...policy] = id.split('/')
  return { cluster, namespace, policy: policy.join('/') }
}

function keptOf({ runs: [run] }: PolicyRecord): [string, number][] {
  if (!run) return []
  return [
    ['keep-recent', run.keptRecent],
    ['in-use', run.keptInUse],
    ['excluded', run.keptExcluded],
  ]
}

const runningFamilies = ({ isPaused, depths, inventories, unlisted, meters, now }: MetricsFacts): Family[] => [
  gauge('shelflife_sweeps_paused', '1 while all sweeps are paused, or it is not known.', [
    sample({}, isPaused ? 1 : 0),
  ]),
  gauge(
    'shelflife_queue_messages',
    'Messages of a queue that wait, and that are being handled.',
    (depths ?? []).flatMap(({ queue, waiting, underWay }) => [
      sample({ queue, state: 'waiting' }, waiting),
      sample({ queue, state: 'under-way' }, underWay),
    ]),
  ),
  gauge(
    'shelflife_queue_age_seconds',
    'How long ago the oldest message of a queue was sent that is not done; 0 of an empty queue.',
    (depths ?? []).flatMap(({ queue, ageSeconds }) =>
      ageSeconds === undefined ? [] : [sample({ queue }, ageSeconds)],
    ),
  ),
  gauge(
    'shelflife_inventory_age_seconds',
    'How long ago the workloads of a cluster or an account were listed last.',
    inventories.map(({ cluster, startedAt }) => sample({ cluster }, secondsBetween(startedAt, now))),
  ),
  gauge('shelflife_inventory_complete', '0 while what is in use is not known, and so nothing is deleted.', [
    ...inventories.map(({ cluster, complete }) => sample({ cluster }, complete ? 1 : 0)),
    ...unlisted.map(cluster => sample({ cluster }, 0)),
  ]),
  gauge(
    'shelflife_meter_problems',
    'What of the Events and nodes of a cluster cannot be read for these metrics; the log of inventory says why.',
    meters.map(({ cluster, problems }) => sample({ cluster }, problems.length)),
  ),
]

const secondsBetween = (from: Date, to: Date): number => Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000))
