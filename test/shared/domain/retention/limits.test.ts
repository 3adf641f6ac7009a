import { describe, expect, it } from 'vitest'
import { judged } from './judge-for-test.ts'
import { imageOf, policyOf, pushedInOrder } from './retention-world.ts'

const images = [...pushedInOrder('v1 v2 v3 v4'), imageOf('v1', { repository: 'registry.example.com/other' })]

describe('24: limits', () => {
  it('are not exceeded by exactly as many, and do not change verdicts', () => {
    const policies = [policyOf({ keepRecent: 2, maxDeletionsPerRun: 2, maxDeletionPercent: 50 })]

    const { limits, totals } = judged({ images, policies })

    expect(limits).toEqual({ maxDeletionsPerRun: 2, maxDeletionPercent: 50, exceeded: false })
    expect(totals).toMatchObject({ images: 5, kept: 3, deleted: 2 })
  })

  it('count all doomed images of the plan', () => {
    const { limits, totals } = judged({ images, policies: [policyOf({ keepRecent: 1, maxDeletionsPerRun: 2 })] })

    expect(limits).toMatchObject({
      exceeded: true,
      reason: 'the sweep would stop: 3 images are doomed, maxDeletionsPerRun is 2',
    })
    expect(totals.deleted).toBe(3)
  })

  it('take the share of each repository', () => {
    const { limits } = judged({ images, policies: [policyOf({ keepRecent: 1, maxDeletionPercent: 74 })] })

    expect(limits.reason).toBe(
      'the sweep would stop: 3 of 4 images of registry.example.com/app are doomed, maxDeletionPercent is 74',
    )
  })

  it('are the tightest of several policies', () => {
    const policies = [
      policyOf({ keepRecent: 1, maxDeletionsPerRun: 7, maxDeletionPercent: 60 }),
      policyOf({ keepRecent: 1, maxDeletionsPerRun: 9, maxDeletionPercent: 40 }),
    ]

    expect(judged({ images, policies }).limits).toMatchObject({ maxDeletionsPerRun: 7, maxDeletionPercent: 40 })
  })
})
