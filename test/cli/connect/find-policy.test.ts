import { describe, expect, it } from 'vitest'
import { getPolicy, parsePolicyName } from '../../../cli/connect/find-policy.ts'
import { nearestOf } from '../../../cli/connect/nearest.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { noLimits } from '../../support/rulebook.ts'

describe('the name of a policy', () => {
  it('needs no cluster where one is configured', () => {
    expect(parsePolicyName('team/cleanup', ['eu-1'])).toEqual({ cluster: 'eu-1', namespace: 'team', name: 'cleanup' })
  })

  it('may name its cluster, and must where several are configured', () => {
    const name = parsePolicyName('eu-2/team/cleanup', ['eu-1', 'eu-2'])

    expect(name.cluster).toBe('eu-2')
    expect(() => parsePolicyName('team/cleanup', ['eu-1', 'eu-2'])).toThrow(
      'expected CLUSTER/NAMESPACE/NAME with one of the clusters eu-1, eu-2',
    )
  })

  it.each(['cleanup', '', '/', 'team/', '/cleanup', 'a/b/c/d', 'us-1/team/cleanup'])('is not %j', text => {
    expect(() => parsePolicyName(text, ['eu-1'])).toThrow(InvalidInputError)
  })
})

describe('a policy of a cluster', () => {
  it('is found beside one that cannot be read', async () => {
    const cluster = createMemoryCluster('eu-1')
    cluster.put('ImageCleanupPolicy', 'cleanup', { keepRecent: 1 })
    cluster.put('ImageCleanupPolicy', 'broken', { keepRecent: -1 })

    const { policy } = await getPolicy('team/cleanup', [cluster], noLimits)

    expect(policy.id).toBe('eu-1/team/cleanup')
  })

  it('that cannot be read is refused with its own complaint', async () => {
    const cluster = createMemoryCluster('eu-1')
    cluster.put('ImageCleanupPolicy', 'broken', { keepRecent: -1 })

    await expect(getPolicy('team/broken', [cluster], noLimits)).rejects.toThrow(
      'ImageCleanupPolicy team/broken: spec.keepRecent: expected a whole number from 0 to 1000, got -1',
    )
  })

  it('that is not there is refused with those that are', async () => {
    const cluster = createMemoryCluster('eu-1')

    await expect(getPolicy('team/cleanup', [cluster], noLimits)).rejects.toThrow(
      'found no team/cleanup; there are none',
    )
  })
})

describe('the nearest names', () => {
  it('begin most like the wanted one', () => {
    expect(nearestOf('v1.2', ['v2', 'v1.1', 'v1.2.3', 'latest'], 2)).toEqual(['v1.2.3', 'v1.1'])
  })
})
