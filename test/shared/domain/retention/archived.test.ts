import { describe, expect, it } from 'vitest'
import { decisionOn, judged, rulesOf } from './judge-for-test.ts'
import { digestOf, imageOf, indexType, policyOf, usageOf } from './retention-world.ts'

const app = 'registry.example.com/app'
const archived = { storage: 'archived' as const }
const policies = (action: 'Delete' | 'Archive') => [policyOf({ keepRecent: 1, action })]
const untagged = (name: string, more: object = {}) => imageOf([], { digest: digestOf(name), ...more })
const index = (more: object = {}) =>
  imageOf('v1', { mediaType: indexType, children: [digestOf('amd64'), digestOf('arm64')], ...more })

/** An index and one of its children are archived; the other child and its SBOM are not. */
const partlyArchived = [
  imageOf('v9'),
  index(archived),
  untagged('amd64', archived),
  untagged('arm64'),
  untagged('sbom', { subject: digestOf('v1') }),
]

describe('5: what is archived in its registry', () => {
  it('is kept by a policy that deletes, with what it leads to and what leads to it', () => {
    expect(rulesOf(judged({ images: partlyArchived, policies: policies('Delete') }))).toEqual({
      v9: 'keepRecent',
      v1: 'unknown',
      [digestOf('amd64')]: 'unknown',
      [digestOf('arm64')]: 'graph',
      [digestOf('sbom')]: 'graph',
    })
  })

  it('stays so under a policy that archives, and what belongs to it follows it', () => {
    const judgement = judged({ images: partlyArchived, policies: policies('Archive') })

    expect(rulesOf(judgement)).toEqual({
      v9: 'keepRecent',
      v1: 'unknown',
      [digestOf('amd64')]: 'unknown',
      [digestOf('arm64')]: 'none',
      [digestOf('sbom')]: 'none',
    })
    expect(decisionOn(judgement, 'v1').reason).toBe('archived in its registry already')
    expect(judgement.totals).toMatchObject({ deleted: 2, kept: 3 })
  })

  it('keeps its children under a policy that archives where a workload refers to it', () => {
    const images = [imageOf('v9'), index(archived), untagged('amd64', archived), untagged('arm64')]

    const judgement = judged({ images, usage: usageOf(`${app}:v1`), policies: policies('Archive') })

    expect(rulesOf(judgement)).toEqual({
      v9: 'keepRecent',
      v1: 'in-use',
      [digestOf('amd64')]: 'graph',
      [digestOf('arm64')]: 'graph',
    })
  })

  it('is kept with its children while it is on its way out, whatever the policy does', () => {
    const images = [imageOf('v9'), index({ storage: 'activating' }), untagged('amd64'), untagged('arm64')]

    expect(rulesOf(judged({ images, policies: policies('Archive') }))).toMatchObject({
      v1: 'unknown',
      [digestOf('amd64')]: 'graph',
    })
  })

  it('is judged as before until the sweep that archived it has noted that, and by no policy that deletes', () => {
    const images = [imageOf('v9'), imageOf('v1', { ...archived, isBeingArchived: true })]

    expect(rulesOf(judged({ images, policies: policies('Archive') }))).toMatchObject({ v1: 'none' })
    expect(rulesOf(judged({ images, policies: policies('Delete') }))).toMatchObject({ v1: 'unknown' })
  })

  it('is kept with all that it may refer to where its manifest was never read', () => {
    const images = [imageOf('v9'), imageOf('v1', { ...archived, unreadable: 'archived' }), untagged('child')]

    expect(rulesOf(judged({ images, policies: policies('Archive') }))).toMatchObject({
      v1: 'unknown',
      [digestOf('child')]: 'unknown',
    })
  })

  it('is kept where one of several policies deletes', () => {
    const images = [imageOf('v9'), index(archived), untagged('amd64', archived), untagged('arm64')]

    const judgement = judged({ images, policies: [...policies('Archive'), ...policies('Delete')] })

    expect(rulesOf(judgement)).toMatchObject({ [digestOf('arm64')]: 'graph' })
  })
})
