import { describe, expect, it } from 'vitest'
import { collectedFact } from '../../../../shared/domain/registry-facts.ts'
import { growthOf } from '../../../support/growth.ts'
import { decisionOn, judged, rulesOf } from './judge-for-test.ts'
import { daysAgo, digestOf, imageOf, indexType, policyOf, usageOf } from './retention-world.ts'

const app = 'registry.example.com/app'
const newest = [policyOf({ keepRecent: 1 })]
const untagged = (name: string, more: object = {}) => imageOf([], { digest: digestOf(name), ...more })
const signatureOf = (name: string, suffix = '.sig'): string => `sha256-${digestOf(name).slice(7)}${suffix}`

describe('21: indexes', () => {
  it('I1 keeps children through any depth, shared ones too, and minds no child that is not listed', () => {
    const images = [
      imageOf('v2', { mediaType: indexType, children: [digestOf('inner'), digestOf('absent')] }),
      imageOf('v1', { mediaType: indexType, children: [digestOf('shared'), digestOf('old')] }),
      untagged('inner', { mediaType: indexType, children: [digestOf('shared')] }),
      untagged('shared'),
      untagged('old'),
    ]

    expect(rulesOf(judged({ images, policies: newest }))).toEqual({
      v2: 'keepRecent',
      v1: 'none',
      [digestOf('inner')]: 'graph',
      [digestOf('shared')]: 'graph',
      [digestOf('old')]: 'none',
    })
  })

  it('says who needs a child', () => {
    const images = [imageOf('v1 a', { mediaType: indexType, children: [digestOf('child')] }), imageOf('child')]

    const decision = decisionOn(judged({ images, policies: [policyOf({ keepRecent: 0, keepTags: ['a'] })] }), 'child')

    expect(decision.reason).toBe(`needed by ${digestOf('v1')}`)
    expect(decision.protectedBy).toEqual([digestOf('v1')])
  })

  it('B16 ends on an index of itself and on a cycle, and would delete both when nothing keeps them', () => {
    const images = [
      imageOf('self', { mediaType: indexType, children: [digestOf('self')] }),
      imageOf('one', { mediaType: indexType, children: [digestOf('two')] }),
      imageOf('two', { mediaType: indexType, children: [digestOf('one')] }),
    ]

    expect(rulesOf(judged({ images }))).toEqual({ self: 'none', one: 'none', two: 'none' })
    const used = judged({ images, usage: usageOf(`${app}:two`) })
    expect(rulesOf(used)).toEqual({ self: 'none', one: 'in-use', two: 'in-use' })
  })

  describe('where the registry removes untagged children with their index (I29)', () => {
    const registryOf = () => ({ untagged: 'goes-with-index' as const })
    const young = { pushedAt: daysAgo(0) }
    const index = (tags: string, ...children: string[]) =>
      imageOf(tags, { mediaType: indexType, children: children.map(digestOf) })
    const policies = [policyOf({ keepRecent: 1, gracePeriodMs: 86_400_000 })]

    it('a child that stays for a reason of its own keeps its index, with all of its children', () => {
      const images = [imageOf('v9'), index('v1', 'young', 'old'), untagged('young', young), untagged('old')]

      const judgement = judged({ images, policies, registryOf })

      expect(rulesOf(judgement)).toMatchObject({
        v1: 'graph',
        [digestOf('young')]: 'grace',
        [digestOf('old')]: 'graph',
      })
      expect(decisionOn(judgement, 'v1')).toMatchObject({
        reason: `its untagged child ${digestOf('young')} stays, which the registry would remove without it`,
        protectedBy: [digestOf('young')],
      })
      expect(judgement.tagsToDelete).toEqual([])
      expect(rulesOf(judged({ images, policies }))).toMatchObject({ v1: 'none', [digestOf('young')]: 'grace' })
    })

    it('a child that has a tag, or an index that stays, keeps no other', () => {
      const images = [
        index('v9', 'shared'),
        index('v1', 'shared', 'tagged'),
        untagged('shared', young),
        imageOf('arm64', { digest: digestOf('tagged'), ...young }),
      ]

      expect(rulesOf(judged({ images, policies, registryOf }))).toMatchObject({ v9: 'keepRecent', v1: 'none' })
    })

    it('keeps the indexes above the index too', () => {
      const images = [
        imageOf('v9'),
        index('v1', 'inner'),
        untagged('inner', { mediaType: indexType, children: [digestOf('young')] }),
        untagged('young', young),
      ]

      expect(rulesOf(judged({ images, policies, registryOf }))).toMatchObject({
        v1: 'graph',
        [digestOf('inner')]: 'graph',
      })
    })
  })

  it('I31 says where an untagged image that stays will not stay in its registry', () => {
    const images = [imageOf('v1'), untagged('lone', { pushedAt: daysAgo(0) })]
    const registryOf = () => ({ untagged: 'collected' as const })

    const [lone] = judged({ images, policies: [policyOf({ keepRecent: 1 })], registryOf }).decisions.filter(
      one => one.digest === digestOf('lone'),
    )

    expect(lone).toMatchObject({ verdict: 'keep', facts: expect.arrayContaining([collectedFact]) })
  })

  /** An index of as many children, and a chain of as many indexes, of which the last is used. */
  function wideAndDeep(size: number): Parameters<typeof judged>[0] {
    const names = Array.from({ length: size }, (_, at) => `n${at}`)
    const chain = names.map((name, at) =>
      untagged(name, {
        repository: 'registry.example.com/chain',
        mediaType: indexType,
        children: [digestOf(`n${at + 1}`)],
      }),
    )
    const wide = imageOf('v1', { mediaType: indexType, children: names.map(digestOf) })
    return {
      images: [wide, ...names.map(name => untagged(name)), ...chain],
      usage: usageOf(`registry.example.com/chain@${digestOf(`n${size - 1}`)}`, `${app}:v1`),
    }
  }

  it('B16 judges an index of 100,000 children, and a chain of 100,000 indexes, in linear time', () => {
    const [small, large] = [wideAndDeep(10_000), wideAndDeep(100_000)]

    const growth = growthOf(
      () => judged(small),
      () => expect(judged(large).totals.deleted).toBe(0),
      2,
    )

    // Ten where it is linear, a hundred where it is not.
    expect(growth).toBeLessThan(60)
  })

  /** An index of as many young children, and a chain of as many indexes above a young image, none of which has a rule. */
  function wideAndDeepAnchored(size: number): Parameters<typeof judged>[0] {
    const { images } = wideAndDeep(size)
    const young = { pushedAt: daysAgo(0) }
    const isYoung = ({ digest, children, repository }: (typeof images)[number]) =>
      repository.endsWith('/chain') ? digest === digestOf(`n${size - 1}`) : children === undefined
    return {
      images: images.map(image => (isYoung(image) ? { ...image, ...young } : image)),
      policies: [policyOf({ keepRecent: 0, gracePeriodMs: 86_400_000 })],
      registryOf: () => ({ untagged: 'goes-with-index' }),
    }
  }

  it('I29 B16 keeps the indexes of 100,000 children, and a chain of 100,000 above one, in linear time', () => {
    const [small, large] = [wideAndDeepAnchored(10_000), wideAndDeepAnchored(100_000)]

    const growth = growthOf(
      () => judged(small),
      () => expect(judged(large).totals.deleted).toBe(0),
      2,
    )

    // Ten where it is linear, a hundred where it is not.
    expect(growth).toBeLessThan(60)
  })

  it('18: an index is used when anything below it is', () => {
    const images = [
      imageOf('v1', { mediaType: indexType, children: [digestOf('inner')] }),
      untagged('inner', { mediaType: indexType, children: [digestOf('amd64')] }),
      untagged('amd64', { pulledAt: daysAgo(3) }),
    ]

    const judgement = judged({ images, policies: [policyOf({ unusedDays: 7 })] })

    expect(decisionOn(judgement, 'v1')).toMatchObject({
      rule: 'unusedDays',
      reason: `${digestOf('amd64')} below it was used within 7 days`,
      protectedBy: [digestOf('amd64')],
    })
  })
})

describe('22: referrers', () => {
  it('I4 a signature, an attestation and what signs those stay with their subject', () => {
    const images = [
      imageOf('v1'),
      imageOf(signatureOf('v1'), { digest: digestOf('sig') }),
      untagged('sbom', { subject: digestOf('v1') }),
      untagged('sbom-sig', { subject: digestOf('sbom') }),
    ]

    const judgement = judged({ images, policies: newest })

    expect(judgement.decisions.map(one => one.rule).sort()).toEqual(['graph', 'graph', 'graph', 'keepRecent'])
  })

  it('I5 all of them go with a subject to delete, however recently they were pushed or pulled', () => {
    const images = [
      imageOf('v1', { pushedAt: daysAgo(90) }),
      imageOf(signatureOf('v1'), { digest: digestOf('sig'), pulledAt: daysAgo(1), pushedAt: daysAgo(2) }),
      untagged('sbom', { subject: digestOf('v1'), pushedAt: daysAgo(2) }),
    ]

    const judgement = judged({ images, policies: [policyOf({ unusedDays: 30, keepDays: 30 })] })

    expect(judgement.decisions.map(one => one.verdict)).toEqual(['delete', 'delete', 'delete'])
    expect(decisionOn(judgement, signatureOf('v1')).reason).toBe(`deleted with its subject ${digestOf('v1')}`)
  })

  it('one that is protected keeps its subject, through referrers of referrers', () => {
    const images = [
      imageOf('v1'),
      untagged('sbom', { subject: digestOf('v1') }),
      untagged('sbom-sig', { subject: digestOf('sbom'), pushedAt: daysAgo(0) }),
    ]

    expect(rulesOf(judged({ images }))).toEqual({
      v1: 'graph',
      [digestOf('sbom')]: 'graph',
      [digestOf('sbom-sig')]: 'grace',
    })
  })

  it('one that is kept for one subject does not keep the other', () => {
    const both = `${signatureOf('v1')} ${signatureOf('v2')}`
    const images = [imageOf('v1'), imageOf('v2'), imageOf(both, { digest: digestOf('sig') })]

    const judgement = judged({ images, policies: newest })

    expect(rulesOf(judgement)).toMatchObject({ v1: 'none', v2: 'keepRecent', [signatureOf('v1')]: 'graph' })
    expect(judgement.tagsToDelete.map(one => one.tag)).toEqual([signatureOf('v1'), 'v1'])
  })

  it('one whose subjects are all absent is judged like any image', () => {
    const images = [
      imageOf('v1', { subject: digestOf('absent') }),
      imageOf(signatureOf('absent'), { digest: digestOf('sig'), pushedAt: daysAgo(3) }),
      imageOf(signatureOf('absent', '.att'), { digest: digestOf('att') }),
    ]

    const judgement = judged({ images, policies: [policyOf({ keepRecent: 5, keepDays: 7 })] })

    expect(rulesOf(judgement)).toEqual({
      v1: 'keepRecent',
      [signatureOf('absent')]: 'keepDays',
      [signatureOf('absent', '.att')]: 'none',
    })
  })

  it('its tags are neither versions nor floating', () => {
    const images = [imageOf('v1'), imageOf('v9 latest', { subject: digestOf('v1') })]

    expect(rulesOf(judged({ images, policies: newest }))).toEqual({ latest: 'graph', v1: 'keepRecent' })
  })

  it('B9 an image that names itself by a forged cosign tag is judged like any image', () => {
    const images = [imageOf(`v1 ${signatureOf('v1')}`)]

    expect(judged({ images, policies: newest }).decisions.map(one => one.rule)).toEqual(['keepRecent'])
  })
})

describe('23: shared digests', () => {
  it('I3 a digest stays with all of its tags while one of them keeps it', () => {
    const images = [imageOf('v1 latest'), imageOf('v2')]

    const judgement = judged({ images, policies: newest })

    expect(judgement.tagsToDelete).toEqual([])
    expect(decisionOn(judgement, 'v1').rule).toBe('floating')
  })
})
