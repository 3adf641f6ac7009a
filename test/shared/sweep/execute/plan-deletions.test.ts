import { describe, expect, it } from 'vitest'
import type { Digest } from '../../../../shared/domain/digest.ts'
import type { ImageRecord, TagRecord } from '../../../../shared/domain/records/images.ts'
import { planDeletions } from '../../../../shared/sweep/execute/plan-deletions.ts'
import { DeletionGraph, generationsOf } from '../../../../shared/sweep/world/deletion-graph.ts'
import { at, digestOf, imageDraft, tagDraft } from '../../../support/records.ts'

const repository = 'registry.example.com/team/app'

const image = (name: string, rest: Partial<ImageRecord> = {}): ImageRecord => ({
  ...imageDraft(repository, { digest: digestOf(name), ...rest }),
  number: 1,
})
const tag = (name: string, on: string): TagRecord => ({
  ...tagDraft(repository, { tag: name, digest: digestOf(on) }),
  number: 1,
})
const cosign = (subject: string) => `${digestOf(subject).replace(':', '-')}.sig`

const whole = (...names: string[]) => new Map(names.map(name => [digestOf(name), { wholeImage: true }]))
const named = (digests: Iterable<Digest>, names: readonly string[]) =>
  [...digests].map(digest => names.find(name => digestOf(name) === digest))

/** The generations in which the named images go, as names. */
function generations(images: readonly ImageRecord[], tags: readonly TagRecord[], names: readonly string[]) {
  const graph = new DeletionGraph({ images, tags })
  const order = graph.inSafeOrder(names.map(digestOf))
  const deletions = order.map((digest, place) => ({
    image: { digest },
    after: graph.before(digest).filter(earlier => order.indexOf(earlier) < place && order.includes(earlier)),
  }))
  return generationsOf(deletions).map(one =>
    named(
      one.map(({ image: { digest } }) => digest),
      names,
    ).sort(),
  )
}

describe('the order of deletions', () => {
  it('I1 is an index before its children, through any depth', () => {
    const images = [
      image('child'),
      image('inner', { children: [digestOf('child')] }),
      image('outer', { children: [digestOf('inner')] }),
    ]

    expect(generations(images, [], ['child', 'inner', 'outer'])).toEqual([['outer'], ['inner'], ['child']])
  })

  it('I4 is a subject before its referrers, and these before theirs', () => {
    const images = [
      image('signature', { subject: digestOf('sbom') }),
      image('sbom', { subject: digestOf('app') }),
      image('app'),
    ]

    expect(generations(images, [], ['signature', 'sbom', 'app'])).toEqual([['app'], ['sbom'], ['signature']])
  })

  it('I4 is a subject before what a cosign tag signs it with', () => {
    const images = [image('signature'), image('app')]

    expect(generations(images, [tag(cosign('app'), 'signature')], ['signature', 'app'])).toEqual([
      ['app'],
      ['signature'],
    ])
  })

  it('puts images that have nothing to do with each other side by side', () => {
    const images = [image('one'), image('two'), image('index', { children: [digestOf('child')] }), image('child')]

    expect(generations(images, [], ['child', 'index', 'one', 'two'])).toEqual([['index', 'one', 'two'], ['child']])
  })

  it('B16 ends for a circle of forged cosign tags', () => {
    const images = [image('one'), image('two')]
    const tags = [tag(cosign('two'), 'one'), tag(cosign('one'), 'two')]

    expect(generations(images, tags, ['one', 'two']).flat().sort()).toEqual(['one', 'two'])
  })

  it('B16 ends for a chain of 100,000 referrers', () => {
    const images = Array.from({ length: 100_000 }, (_, at) =>
      image(`link ${at}`, at === 0 ? {} : { subject: digestOf(`link ${at - 1}`) }),
    )
    const digests = images.map(one => one.digest)

    expect(new DeletionGraph({ images, tags: [] }).inSafeOrder(digests.toReversed())).toEqual(digests)
  })
})

describe('what may go', () => {
  const allowed = (images: readonly ImageRecord[], wanted: ReadonlyMap<Digest, { wholeImage: boolean }>) =>
    named(
      new DeletionGraph({ images, tags: [] }).allowed(wanted),
      images.map((_, at) => ['index', 'child', 'other'][at] ?? ''),
    )
  const images = [image('index', { children: [digestOf('child')] }), image('child'), image('other')]

  it('is everything whose index goes too', () => {
    expect(allowed(images, whole('child', 'index', 'other'))).toEqual(['child', 'index', 'other'])
  })

  it('I1 is no child of an index that does not go yet', () => {
    expect(allowed(images, whole('child', 'other'))).toEqual(['other'])
  })

  it('I1 is no child of an index that loses only a tag', () => {
    const wanted = new Map([...whole('child', 'other'), [digestOf('index'), { wholeImage: false }]])

    expect(allowed(images, wanted)).toEqual(['other', 'index'])
  })

  it('is a child whose index is not in the repository any more', () => {
    expect(allowed([image('index'), image('child')], whole('child'))).toEqual(['child'])
  })
})

describe('I29 what is left out of a plan', () => {
  /** An index of `amd64`, which got a tag after its mark, and of an SBOM about that. */
  function planned(untagged: 'stays' | 'goes-with-index') {
    const mark = {
      policy: 'p',
      policyHash: 'h',
      runId: 'r',
      markedAt: at(0),
      deleteAfter: at(60),
      reason: '',
      facts: [],
    }
    const images = [
      image('index', { mark, children: [digestOf('amd64'), digestOf('sbom')] }),
      image('amd64', { mark }),
      image('sbom', { mark, subject: digestOf('amd64') }),
    ]
    const late = { ...tag('1.0-amd64', 'amd64'), firstSeenAt: at(30) }
    const tags = [{ ...tag('1.0', 'index'), firstSeenAt: at(-1) }, late]
    const evaluation = {
      policy: { id: 'p', hash: 'h', object: { metadata: {} }, spec: { action: 'Delete' } },
      covered: [],
      digestsToDelete: new Map([[repository, new Set(images.map(one => one.digest))]]),
      tagsToDelete: tags.map(({ tag: name, digest }) => ({ repository, tag: name, digest, reason: '' })),
    }
    const world = { id: repository, images, tags, formerTags: new Map(), registry: { untagged } }
    const { deletions, heldBack } = planDeletions(evaluation as never, world as never, at(120))
    const names = ['index', 'amd64', 'sbom']
    const digests = deletions.map(one => one.image.digest)
    return { deletions: named(digests, names), heldBack: named(heldBack, names).sort() }
  }

  it('holds the index with which its registry would delete it', () => {
    expect(planned('goes-with-index')).toEqual({ deletions: [], heldBack: ['index', 'sbom'] })
  })

  it('holds nothing else where the registry deletes what it is told to', () => {
    expect(planned('stays')).toEqual({ deletions: ['index'], heldBack: ['sbom'] })
  })
})
