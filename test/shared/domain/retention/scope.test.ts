import { describe, expect, it } from 'vitest'
import { judged, rulesOf } from './judge-for-test.ts'
import { digestOf, imageOf, indexType, policyOf, usageOf } from './retention-world.ts'

const newest = [policyOf({ keepRecent: 1 })]
const only = (...tags: string[]) => ({
  covers: (_: string, tag: string | undefined) => tags.includes(tag ?? 'untagged'),
})
const signatureOf = (name: string): string => `sha256-${digestOf(name).slice(7)}.sig`

describe('a scope over tags', () => {
  it('keeps an image with a tag outside, counts none of its outer tags, and would delete its inner tag alone', () => {
    const images = [imageOf('v1 v9'), imageOf('v2'), imageOf('v3')]

    const judgement = judged({ images, policies: newest, scope: only('v1', 'v2', 'v3') })

    expect(rulesOf(judgement)).toEqual({ v1: 'graph', v2: 'none', v3: 'keepRecent' })
    expect(judgement.tagsToDelete.map(one => one.tag)).toEqual(['v1', 'v2'])
    expect(judgement.decisions.find(one => one.tags.includes('v1'))?.reason).toBe(
      'the tag v9 on it is outside of the scope',
    )
  })

  it('leaves the inner tag of an image that stays for another reason too', () => {
    const images = [imageOf('v1 prod'), imageOf('v2')]

    const judgement = judged({
      images,
      policies: newest,
      scope: only('v1', 'v2'),
      usage: usageOf('registry.example.com/app:prod'),
    })

    expect(judgement.tagsToDelete).toEqual([])
  })

  it('never touches untagged images that no object brings, nor what an outer image needs', () => {
    const images = [
      imageOf('v1', { mediaType: indexType, children: [digestOf('amd64')] }),
      imageOf([], { digest: digestOf('amd64') }),
      imageOf('outer', { mediaType: indexType, children: [digestOf('inner')] }),
      imageOf('inner'),
    ]

    const judgement = judged({ images, scope: only('v1', 'inner') })

    expect(rulesOf(judgement)).toEqual({ v1: 'none', [digestOf('amd64')]: 'graph', outer: 'graph', inner: 'graph' })
    expect(judgement.tagsToDelete.map(one => one.tag)).toEqual(['v1'])
  })

  it('I29 lets children go with an index of the scope where its registry takes them along, and keeps those of others', () => {
    const images = [
      imageOf('v1', { mediaType: indexType, children: ['amd64', 'shared', 'used'].map(digestOf) }),
      imageOf('outer', { mediaType: indexType, children: [digestOf('shared')] }),
      imageOf('v2', { mediaType: indexType, children: [digestOf('used')] }),
      imageOf([], { digest: digestOf('amd64') }),
      imageOf([], { digest: digestOf('shared') }),
      imageOf([], { digest: digestOf('used') }),
      imageOf([], { digest: digestOf('alone') }),
    ]
    const scope = only('v1', 'v2')
    const registryOf = () => ({ untagged: 'goes-with-index' as const })

    const judgement = judged({ images, scope, registryOf })
    const used = judged({ images, scope, registryOf, usage: usageOf(`registry.example.com/app@${digestOf('used')}`) })

    const toDelete = ({ decisions }: typeof judgement) =>
      decisions.filter(one => one.verdict === 'delete').map(one => one.tags[0] ?? one.digest)
    expect(toDelete(judgement).sort()).toEqual([digestOf('amd64'), digestOf('used'), 'v1', 'v2'].sort())
    expect(toDelete(used)).toEqual([])
  })

  it('I5 lets signatures and referrers go with their subject, though no object brings their tags', () => {
    const images = [
      imageOf('v1'),
      imageOf(signatureOf('v1'), { digest: digestOf('sig') }),
      imageOf([], { digest: digestOf('sbom'), subject: digestOf('v1') }),
    ]

    const judgement = judged({ images, scope: only('v1') })

    expect(judgement.totals.deleted).toBe(3)
    expect(judgement.tagsToDelete.map(one => one.tag).sort()).toEqual([signatureOf('v1'), 'v1'])
  })

  it('I5 lets signatures and referrers of what the policy deleted go, though the subject is no longer there', () => {
    const images = [
      imageOf(signatureOf('v1'), { digest: digestOf('sig') }),
      imageOf([], { digest: digestOf('sbom'), subject: digestOf('v1') }),
      imageOf(signatureOf('v2'), { digest: digestOf('other sig') }),
      imageOf([], { digest: digestOf('other sbom'), subject: digestOf('v2') }),
    ]

    const judgement = judged({ images, scope: { ...only(), deleted: (_, digest) => digest === digestOf('v1') } })

    const toDelete = judgement.decisions.filter(one => one.verdict === 'delete').map(one => one.digest)
    expect(toDelete.sort()).toEqual([digestOf('sbom'), digestOf('sig')].sort())
  })

  it('covers untagged images where an object brings the whole repository', () => {
    const images = [imageOf([], { digest: digestOf('untagged') })]

    expect(judged({ images, scope: only('untagged') }).totals.deleted).toBe(1)
    expect(judged({ images, scope: only() }).totals.deleted).toBe(0)
  })
})
