import { describe, expect, it } from 'vitest'
import { tightestLimits } from '../../../../shared/domain/retention/limits.ts'
import { judged } from './judge-for-test.ts'
import { daysAgo, digestOf, imageOf, indexType, policyOf, pushedInOrder } from './retention-world.ts'

const images = [...pushedInOrder('v1 v2 v3 v4'), imageOf('v1', { repository: 'registry.example.com/other' })]
const versions = (count: number, repository = 'registry.example.com/app') =>
  pushedInOrder(Array.from({ length: count }, (_, at) => `v${at + 1}`).join(' ')).map(image => ({
    ...image,
    repository,
  }))

describe('24: the pace', () => {
  it('lets exactly as many go in one run, and does not change verdicts', () => {
    const policies = [policyOf({ keepRecent: 2, maxDeletionsPerRun: 2, maxDeletionPercent: 50 })]

    const { limits, totals } = judged({ images, policies })

    expect(limits).toEqual({ maxDeletionsPerRun: 2, maxDeletionPercent: 50, exceeded: false })
    expect(totals).toMatchObject({ images: 5, kept: 3, deleted: 2 })
  })

  it('counts all images to delete of the plan, and says how many wait', () => {
    const { limits, totals } = judged({ images, policies: [policyOf({ keepRecent: 1, maxDeletionsPerRun: 2 })] })

    expect(limits).toMatchObject({
      exceeded: true,
      waitForPace: 1,
      reason: '1 image waits for later runs, as maxDeletionsPerRun is 2',
    })
    expect(totals.deleted).toBe(3)
  })

  it.each([
    [2, 2],
    [3, 2],
    [4, 1],
    [5, undefined],
  ])(
    'of %i takes an index with its two children in one run, alone where it is larger, and lets %s wait',
    (pace, waiting) => {
      const long = { pushedAt: daysAgo(999) }
      const children = ['c1', 'c2'].map(name => imageOf([], { digest: digestOf(name), ...long }))
      const index = imageOf('v0', { children: children.map(one => one.digest), mediaType: indexType, ...long })

      const { limits } = judged({
        images: [...versions(3), ...children, index],
        policies: [policyOf({ keepRecent: 1, maxDeletionsPerRun: pace })],
      })

      expect(limits.waitForPace).toBe(waiting)
    },
  )
})

describe('24: the fuse', () => {
  const keepOne = (spec: object = {}) => [{ ...policyOf({ keepRecent: 1 }), maxDeletionPercent: 50, ...spec }]

  it('lets twenty images of a repository go whatever their share, and asks from the next on', () => {
    const small = judged({ images: versions(21), policies: keepOne() }).limits
    const large = judged({ images: versions(22), policies: keepOne() }).limits

    expect(small).toMatchObject({ exceeded: false })
    expect(large).toMatchObject({
      exceeded: true,
      waitForApproval: {
        repositories: [{ repository: 'registry.example.com/app', images: 22, toDelete: 21, approved: 0 }],
      },
      reason: 'waiting for approval: 21 of 22 images of registry.example.com/app would be deleted, more than 50 %',
    })
  })

  it('asks for nothing at exactly the share', () => {
    const policies = keepOne({ keepRecent: 30 })

    expect(judged({ images: versions(60), policies }).limits).toMatchObject({ exceeded: false })
    expect(judged({ images: versions(61), policies }).limits).toMatchObject({ exceeded: true })
  })

  it('leaves out one repository and not the others, whose images alone count for the pace', () => {
    const other = versions(4, 'registry.example.com/other')

    const { limits } = judged({ images: [...versions(30), ...other], policies: keepOne({ maxDeletionsPerRun: 2 }) })

    expect(limits).toMatchObject({ waitForPace: 1, waitForApproval: { repositories: [{ toDelete: 29 }] } })
    expect(limits.reason).toMatch(/^1 image waits for later runs.*; waiting for approval: 29 of 30 images/)
  })

  it('holds only where images are deleted in the registry', () => {
    const policies = keepOne({ targets: ['Configuration'] })

    expect(judged({ images: versions(30), policies }).limits).toMatchObject({ exceeded: false })
  })
})

describe('24: limits of several policies', () => {
  it('are the tightest, and the fuse holds where one of them deletes in the registry', () => {
    const policies = [
      { maxDeletionsPerRun: 7, maxDeletionPercent: 60, targets: ['Configuration'] },
      { maxDeletionsPerRun: 9, maxDeletionPercent: 40, targets: ['RegistryArtifact'] },
    ]

    expect(tightestLimits(policies)).toEqual({ maxDeletionsPerRun: 7, maxDeletionPercent: 40, hasFuse: true })
    expect(tightestLimits(policies.slice(0, 1)).hasFuse).toBe(false)
  })
})
