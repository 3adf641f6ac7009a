import {
  inCluster,
  inNamespace,
  inRegistryAndNamespace,
  ofImagesInNamespace,
  ofRepositories,
  window,
} from './filters.ts'
import type { RowSpec } from './panel.ts'

/** What somebody may have to do something about. */
export const concernRow: RowSpec = {
  title: 'Looks for a person',
  kind: 'numbers',
  panels: [
    {
      title: 'Objects in danger',
      says: 'Their image runs and cannot be pulled any more',
      unit: 'short',
      badFrom: 1,
      queries: [{ expr: `sum(shelflife_images_in_danger${inNamespace})` }],
    },
    {
      title: 'Sweeps paused',
      says: '1 while all sweeps are paused, or nobody knows',
      unit: 'short',
      warnFrom: 1,
      queries: [{ expr: 'max(shelflife_sweeps_paused)' }],
    },
    {
      title: 'Policies paused',
      unit: 'short',
      warnFrom: 1,
      queries: [{ expr: 'sum(shelflife_policies{cluster=~"$cluster", state="paused"})' }],
    },
    {
      title: 'Waiting for approval',
      unit: 'short',
      warnFrom: 1,
      emptyUntil: 'a policy ran',
      queries: [{ expr: `sum(shelflife_approvals_waiting${inNamespace})` }],
    },
    {
      title: 'Oldest sync',
      unit: 's',
      warnFrom: 86_400,
      badFrom: 2 * 86_400,
      queries: [{ expr: `max(shelflife_sync_age_seconds${inCluster})` }],
    },
    {
      title: 'Oldest list of workloads',
      says: 'Nothing is deleted while it is not known what runs',
      unit: 's',
      warnFrom: 900,
      badFrom: 1_800,
      queries: [{ expr: `max(shelflife_inventory_age_seconds${inCluster})` }],
    },
  ],
}

const aRun = 'a policy ran'

export const cleanupRow: RowSpec = {
  title: 'Cleanup',
  kind: 'graphs',
  panels: [
    {
      title: 'Images marked',
      says: 'They go once their grace period is over',
      unit: 'short',
      queries: [{ expr: `sum by (cluster) (shelflife_images_marked${inCluster})`, legend: '{{cluster}}' }],
    },
    {
      title: 'Deleted a day',
      unit: 'short',
      emptyUntil: aRun,
      queries: [
        {
          expr: `sum by (namespace, policy) (increase(shelflife_deleted_total${inNamespace}[1d]))`,
          legend: '{{namespace}}/{{policy}}',
        },
      ],
    },
    {
      title: 'Freed a day',
      unit: 'bytes',
      emptyUntil: aRun,
      queries: [
        {
          expr: `sum by (namespace, policy) (increase(shelflife_freed_bytes_total${inNamespace}[1d]))`,
          legend: '{{namespace}}/{{policy}}',
        },
      ],
    },
    {
      title: 'Kept by the last runs',
      unit: 'short',
      emptyUntil: aRun,
      isStacked: true,
      queries: [{ expr: `sum by (rule) (shelflife_kept${inNamespace})`, legend: '{{rule}}' }],
    },
    {
      title: 'Since a run last succeeded',
      unit: 's',
      emptyUntil: 'a run of a policy succeeded',
      queries: [
        {
          expr: `time() - shelflife_last_success_timestamp_seconds${inNamespace}`,
          legend: '{{namespace}}/{{policy}}',
        },
      ],
    },
    {
      title: 'Policies without a grant',
      unit: 'short',
      queries: [
        {
          expr: 'sum by (cluster) (shelflife_policies{cluster=~"$cluster", state="not-authorized"})',
          legend: '{{cluster}}',
        },
      ],
    },
  ],
}

export const syncRow: RowSpec = {
  title: 'Syncs and queues',
  kind: 'graphs',
  panels: [
    {
      title: 'Sync success rate by cluster',
      unit: 'percentunit',
      emptyUntil: 'a repository was synced twice',
      queries: [
        {
          expr: `sum by (cluster) (rate(image_sync_success_total${ofRepositories}[${window}])) / sum by (cluster) (rate(image_sync_total${ofRepositories}[${window}]))`,
          legend: '{{cluster}}',
        },
      ],
    },
    {
      title: 'Objects that fail to sync',
      says: 'Failures in a row, the ten longest',
      unit: 'short',
      emptyUntil: 'a sync fails',
      queries: [
        {
          expr: `topk(10, image_sync_failures${ofImagesInNamespace.replace('(/.*)?', '([/:].*)?')})`,
          legend: '{{namespace}}/{{name}}',
        },
      ],
    },
    {
      title: 'RegistrySecrets that cannot be verified',
      says: 'Failures in a row',
      unit: 'short',
      emptyUntil: 'there is a RegistrySecret',
      queries: [
        {
          expr: `topk(10, image_registry_connection_failures${inRegistryAndNamespace})`,
          legend: '{{namespace}}/{{registry_name}}',
        },
      ],
    },
    {
      title: 'Age of the oldest message',
      says: 'Of each queue',
      unit: 's',
      queries: [{ expr: 'max by (queue) (shelflife_queue_age_seconds)', legend: '{{queue}}' }],
    },
    {
      title: 'Messages that wait',
      unit: 'short',
      queries: [{ expr: 'max by (queue) (shelflife_queue_messages{state="waiting"})', legend: '{{queue}}' }],
    },
    {
      title: 'Series left out',
      says: 'There are too many of them: sums of that metric are too small',
      unit: 'short',
      queries: [{ expr: 'max by (metric) (shelflife_series_dropped)', legend: '{{metric}}' }],
    },
  ],
}
