import type { Provider } from './provider.ts'

/**
 * The API of the OCI distribution specification and nothing beyond it. Distribution deletes what it is told to.
 *
 * @see https://distribution.github.io/distribution/about/garbage-collection/
 */
export const oci = {
  credential: 'login',
  countsPulls: false,
  // What ECR's data plane accepts at most; registries that give less a page say so with a link.
  pageSize: 1_000,
  untagged: 'stays',
  restorableUntil: () =>
    'deleted layers stay until the next garbage collection of the registry; distribution runs none by itself',
} as const satisfies Provider

/** The same API, at a host of somebody else's. */
export const hosted = {
  ...oci,
  restorableUntil: host =>
    `${host} does not say how long it keeps deleted layers; what it has no more must be pushed again from its source`,
} as const satisfies Provider
