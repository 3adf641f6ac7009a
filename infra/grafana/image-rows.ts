import * as filters from './filters.ts'
import type { RowSpec } from './panel.ts'

const { inCluster, ofImages, ofImagesInNamespace, inRegistry, inNamespace, window } = filters

const pulls = `image_pull_total${ofImagesInNamespace}`
const succeeded = `image_pull_success_total${ofImagesInNamespace}`
const durations = `image_pull_duration_seconds_bucket${ofImages}`
const aPull = 'a node pulls an image'

/** The four indicators that people ask for first. */
export const indicatorRow: RowSpec = {
  title: 'Pull success, pull time, storage, versions',
  kind: 'numbers',
  panels: [
    {
      title: 'Pull success rate',
      unit: 'percentunit',
      emptyUntil: `${aPull} within the last hour`,
      queries: [{ expr: `sum(increase(${succeeded}[1h])) / sum(increase(${pulls}[1h]))` }],
    },
    {
      title: 'Pull time, 9 in 10 within',
      unit: 's',
      emptyUntil: `${aPull} within the last hour`,
      warnFrom: 60,
      badFrom: 120,
      queries: [{ expr: `histogram_quantile(0.9, sum by (le) (rate(${durations}[1h])))` }],
    },
    {
      title: 'Images on nodes',
      unit: 'bytes',
      queries: [{ expr: `sum(image_storage_bytes${inCluster})` }],
    },
    {
      title: 'Fullest node',
      unit: 'percent',
      warnFrom: 70,
      badFrom: 80,
      queries: [{ expr: `max(image_storage_usage_percent${inCluster})` }],
    },
    {
      title: 'Bytes in registries',
      says: 'Distinct layers of each repository, as of its last full sync',
      unit: 'bytes',
      queries: [{ expr: `sum(shelflife_stored_bytes${inRegistry})` }],
    },
    {
      title: 'Versions tracked',
      unit: 'short',
      queries: [{ expr: `count(image_versions${ofImagesInNamespace})` }],
    },
  ],
}

export const pullRow: RowSpec = {
  title: 'Pulls',
  kind: 'graphs',
  panels: [
    {
      title: 'Pull success rate by cluster',
      unit: 'percentunit',
      emptyUntil: aPull,
      queries: [
        {
          expr: `sum by (cluster) (rate(${succeeded}[${window}])) / sum by (cluster) (rate(${pulls}[${window}]))`,
          legend: '{{cluster}}',
        },
      ],
    },
    {
      title: 'Pull time',
      says: 'With the wait for other pulls of the node',
      unit: 's',
      emptyUntil: aPull,
      queries: [0.5, 0.9, 0.99].map(share => ({
        expr: `histogram_quantile(${share}, sum by (le) (rate(${durations}[${window}])))`,
        legend: `${100 * share} in 100 within`,
      })),
    },
    {
      title: 'Images whose pulls fail most',
      says: 'Failed pulls within an hour',
      unit: 'short',
      emptyUntil: aPull,
      queries: [
        {
          expr: `topk(10, sum by (image) (increase(${pulls}[1h])) - sum by (image) (increase(${succeeded}[1h])))`,
          legend: '{{image}}',
        },
      ],
    },
  ],
}

export const holdingRow: RowSpec = {
  title: 'Stages and storage',
  kind: 'graphs',
  panels: [
    {
      title: 'Images by stage',
      says: 'Introduction, Use, Maintenance, Cleanup',
      unit: 'short',
      isStacked: true,
      queries: [{ expr: `sum by (stage) (shelflife_images${inCluster})`, legend: '{{stage}}' }],
    },
    {
      title: 'Bytes in registries',
      unit: 'bytes',
      isStacked: true,
      queries: [{ expr: `sum by (registry) (shelflife_stored_bytes${inRegistry})`, legend: '{{registry}}' }],
    },
    {
      title: 'Disk of images by node',
      says: 'The ten fullest',
      unit: 'percent',
      queries: [{ expr: `topk(10, image_storage_usage_percent${inCluster})`, legend: '{{cluster}} {{node}}' }],
    },
    {
      title: 'Bytes of images on nodes',
      unit: 'bytes',
      isStacked: true,
      queries: [{ expr: `sum by (cluster) (image_storage_bytes${inCluster})`, legend: '{{cluster}}' }],
    },
    {
      title: 'Images of most versions',
      unit: 'short',
      queries: [
        {
          expr: `topk(10, count by (namespace, image) (image_versions${ofImagesInNamespace}))`,
          legend: '{{namespace}} {{image}}',
        },
      ],
    },
    {
      title: 'Objects by status',
      unit: 'short',
      isStacked: true,
      queries: [{ expr: `sum by (status) (shelflife_objects${inNamespace})`, legend: '{{status}}' }],
    },
  ],
}
