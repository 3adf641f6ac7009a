/** How a series goes before, while and after something is wrong, and for how long it is before its alert rings. */
export interface AlertCase {
  readonly alert: string
  readonly series: string
  readonly good: string
  readonly bad: string
  readonly forMinutes: number
  /** Other series that the rule asks for, the same all the time. */
  readonly beside?: Readonly<Record<string, string>>
  /** What people read while it rings; where the words are not our own. */
  readonly description?: string
}

const image = 'cluster="eu-1",namespace="shop",image="r.example.com/web"'
const policy = 'cluster="eu-1",namespace="shop",policy="nightly"'

/** `series` that stand for versions: promtool knows no other way to have many. */
export const versionsOf = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `image_versions{${image},tag="v${at}"}`)

/** Values are as promtool reads them: of each minute, `_` for none, `0+4x99` for a counter that grows by 4. */
export const alertCases: readonly AlertCase[] = [
  {
    alert: 'ImageSyncFailure',
    series: 'image_sync_failures{cluster="eu-1",namespace="shop",name="web",image="r.example.com/web:v1"}',
    good: '3',
    bad: '4',
    forMinutes: 15,
    description: '镜像 r.example.com/web:v1 同步失败 4 次',
  },
  {
    alert: 'ImageStorageHigh',
    series: 'image_storage_usage_percent{cluster="eu-1",node="n1",source="kubelet"}',
    good: '80',
    bad: '81',
    forMinutes: 5,
    description: '存储使用率 81%，请及时清理',
  },
  {
    alert: 'RegistryConnectionFailing',
    series: 'image_registry_connection_failures{cluster="eu-1",namespace="shop",registry_name="harbor",registry="r"}',
    good: '5',
    bad: '6',
    forMinutes: 5,
  },
  {
    alert: 'ShelflifeImageInDanger',
    series: `shelflife_images_in_danger{${image}}`,
    good: '0',
    bad: '1',
    forMinutes: 5,
  },
  {
    alert: 'ShelflifeNodeDiskPressure',
    series: 'shelflife_node_disk_pressure{cluster="eu-1",node="n1"}',
    good: '0',
    bad: '1',
    forMinutes: 5,
  },
  {
    alert: 'ShelflifeUseUnknown',
    series: 'shelflife_inventory_complete{cluster="eu-1"}',
    good: '1',
    bad: '0',
    forMinutes: 15,
  },
  {
    alert: 'ShelflifeUseUnknown',
    series: 'shelflife_inventory_age_seconds{cluster="eu-1"}',
    good: '1800',
    bad: '1801',
    forMinutes: 15,
    beside: { 'shelflife_inventory_complete{cluster="eu-1"}': '1' },
  },
  {
    alert: 'ShelflifeSyncsBehind',
    series: 'shelflife_sync_age_seconds{cluster="eu-1"}',
    good: '172800',
    bad: '172801',
    forMinutes: 60,
  },
  {
    alert: 'ShelflifeQueueBehind',
    series: 'shelflife_queue_age_seconds{queue="hints"}',
    good: '1800',
    bad: '1801',
    forMinutes: 15,
    beside: { 'shelflife_queue_age_seconds{queue="sweep"}': '10800' },
  },
  {
    alert: 'ShelflifeQueueBehind',
    series: 'shelflife_queue_age_seconds{queue="sweep"}',
    good: '10800',
    bad: '10801',
    forMinutes: 15,
  },
  { alert: 'ShelflifeSweepsPaused', series: 'shelflife_sweeps_paused', good: '0', bad: '1', forMinutes: 24 * 60 },
  {
    alert: 'ShelflifeApprovalWaiting',
    series: `shelflife_approvals_waiting{${policy}}`,
    good: '0',
    bad: '2',
    forMinutes: 60,
  },
  {
    alert: 'ShelflifeNotAuthorized',
    series: 'shelflife_policies{cluster="eu-1",state="not-authorized"}',
    good: '0',
    bad: '1',
    forMinutes: 15,
    beside: { 'shelflife_policies{cluster="eu-1",state="all"}': '9' },
  },
  { alert: 'ShelflifeMetricsMissing', series: 'shelflife_sweeps_paused', good: '0', bad: '_', forMinutes: 15 },
]
