import { InvalidInputError } from '../errors.ts'

/** A part of a key. Names that the product accepts never hold `#`; one that does would reach into other keys. */
function part(text: string): string {
  if (text === '' || text.includes('#'))
    throw new InvalidInputError(`key part: expected text without '#', got '${text}'`)
  return text
}

const key = (pk: string, sk: string) => ({ pk, sk })
export type Key = ReturnType<typeof key>

/** `id` is `host/path`. The repository itself, its tags, its images and its lease share one partition. */
export const repositoryKey = (id: string): Key => key(`REPO#${part(id)}`, 'REPOSITORY')
export const tagKey = (repository: string, tag: string): Key => key(`REPO#${part(repository)}`, `TAG#${part(tag)}`)
export const imageKey = (repository: string, digest: string): Key =>
  key(`REPO#${part(repository)}`, `IMAGE#${part(digest)}`)
export const leaseKey = (repository: string): Key => key(`REPO#${part(repository)}`, 'LEASE')

export const tagPrefix = 'TAG#'
export const imagePrefix = 'IMAGE#'

/** `usage` of one repository is one partition; the cluster's own view is an index. */
export const usageKey = (repository: string, workload: readonly string[]): Key =>
  key(`USAGE#${part(repository)}`, workload.map(part).join('#'))
export const usagePartition = (repository: string): string => `USAGE#${part(repository)}`
export const clusterPartition = (cluster: string): string => `CLUSTER#${part(cluster)}`
export const inventoryKey = (cluster: string): Key => key(clusterPartition(cluster), 'INVENTORY')

export const policyKey = (id: string): Key => key(`POLICY#${part(id)}`, 'POLICY')

/** Entries of one image in the order of time; equal entries have equal keys, so that putting twice is one item. */
export const auditKey = (repository: string, digest: string, at: Date, id: string): Key =>
  key(`AUDIT#${part(repository)}`, `${part(digest)}#${at.toISOString()}#${part(id)}`)
