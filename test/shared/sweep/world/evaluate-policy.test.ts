import { describe, expect, it } from 'vitest'
import type { UntaggedManifests } from '../../../../shared/domain/registry-facts.ts'
import type { RefusedPolicy } from '../../../../shared/objects/policy-object.ts'
import { type Evaluation, evaluatePolicy } from '../../../../shared/sweep/world/evaluate-policy.ts'
import {
  nothingRuns,
  objectOf,
  type Placed,
  policyOf,
  tomorrow,
  trackedOf,
  worldOf,
} from '../../../support/policy-world.ts'
import { at, digestOf } from '../../../support/records.ts'

const app = 'team/app'
const twoVersions: Placed[] = [
  { name: 'old', tags: ['v1'] },
  { name: 'new', tags: ['v2'] },
]

const toDelete = ({ tagsToDelete, digestsToDelete }: Evaluation) => ({
  tags: tagsToDelete.map(one => one.tag).sort(),
  digests: [...digestsToDelete.values()].flatMap(digests => [...digests]).sort(),
})

const refusedOf = (spec: unknown, namespace = 'team'): RefusedPolicy => ({
  id: `eu-1/${namespace}/broken`,
  object: objectOf('ImageCleanupPolicy', 'broken', spec, { namespace }),
  message: 'spec.keepRecent: expected a whole number from 0 to 1000, got -1',
})

describe('keep beats delete across policies', () => {
  const evaluate = (others: Parameters<typeof evaluatePolicy>[1], placed: Placed[], tracked = [trackedOf(app)]) =>
    evaluatePolicy(policyOf('mine'), others, tracked, [worldOf(app, placed)], nothingRuns, tomorrow)

  it('would delete what no policy keeps', () => {
    expect(toDelete(evaluate([policyOf('other')], twoVersions))).toEqual({ tags: ['v1'], digests: [digestOf('old')] })
  })

  it('keeps what another policy keeps, and says which', () => {
    const evaluation = evaluate([policyOf('other', { keepTags: ['v1'] })], twoVersions)

    expect(toDelete(evaluation)).toEqual({ tags: [], digests: [] })
    expect(evaluation.spared.get(`registry.example.com/${app}@${digestOf('old')}`)).toBe(
      'policy eu-1/team/other keeps it',
    )
  })

  it('a suspended policy keeps as well', () => {
    const other = policyOf('other', { keepTags: ['v1'], suspend: true })

    expect(toDelete(evaluate([other], twoVersions)).tags).toEqual([])
  })

  it('I1 keeps the children of an index that another policy keeps by its tag alone', () => {
    const placed: Placed[] = [
      { name: 'amd', children: [] },
      { name: 'old', tags: ['v1'], children: [digestOf('amd')] },
      { name: 'new', tags: ['v2'] },
    ]
    const other = policyOf('other', { keepTags: ['v1'], selector: { matchLabels: { only: 'v1' } } })
    const tracked = [trackedOf(app), trackedOf(app, 'v1', { labels: { only: 'v1' } })]

    expect(toDelete(evaluate([other], placed, tracked)).digests).toEqual([])
  })

  it('I29 keeps the index of an untagged child that another policy keeps, where both would go together', () => {
    const placed: Placed[] = [
      { name: 'amd', children: [] },
      { name: 'old', tags: ['v1'], children: [digestOf('amd')] },
      { name: 'new', tags: ['v2'] },
    ]
    const other = policyOf('other', { rules: [{ tags: ['nothing'], untagged: true, keepDays: 400 }] })
    const deletedWhere = (untagged: UntaggedManifests) => {
      const world = { ...worldOf(app, placed), registry: { untagged } }
      return toDelete(evaluatePolicy(policyOf('mine'), [other], [trackedOf(app)], [world], nothingRuns, tomorrow))
    }

    expect(deletedWhere('stays')).toEqual({ tags: ['v1'], digests: [digestOf('old')] })
    expect(deletedWhere('goes-with-index')).toEqual({ tags: [], digests: [] })
  })

  it('I4 keeps the signature of what another policy keeps by its tag alone', () => {
    const signature = `${digestOf('old').replace(':', '-')}.sig`
    const placed: Placed[] = [
      { name: 'old', tags: ['v1'] },
      { name: 'signature', tags: [signature] },
      { name: 'new', tags: ['v2'] },
    ]
    const other = policyOf('other', { keepTags: ['v1'], selector: { matchLabels: { only: 'v1' } } })
    const tracked = [trackedOf(app), trackedOf(app, 'v1', { labels: { only: 'v1' } })]

    expect(toDelete(evaluate([], placed, tracked)).tags).toContain(signature)
    expect(toDelete(evaluate([other], placed, tracked))).toEqual({ tags: [], digests: [] })
  })
})

describe('B19 a policy that cannot be read', () => {
  const evaluate = (refused: RefusedPolicy, namespace = 'team') =>
    evaluatePolicy(
      policyOf('mine', { namespaces: [namespace] }),
      [],
      [trackedOf(app, undefined, { namespace })],
      [worldOf(app, twoVersions)],
      nothingRuns,
      tomorrow,
      { refused: [refused] },
    )

  it('keeps everything in its own namespace, and is named', () => {
    const evaluation = evaluate(refusedOf({ keepRecent: -1 }))

    expect(toDelete(evaluation)).toEqual({ tags: [], digests: [] })
    expect([...evaluation.spared.values()][0]).toContain('policy eu-1/team/broken may keep it and cannot be read')
  })

  it.each([
    ['names the namespace', { keepRecent: -1, namespaces: ['other', 'shop'] }, []],
    ['names other namespaces', { keepRecent: -1, namespaces: ['other'] }, ['v1']],
    ['names none and lies elsewhere', { keepRecent: -1 }, ['v1']],
    ['has namespaces that cannot be read', { namespaces: 'shop' }, []],
    ['has a namespace that is no text', { namespaces: ['other', 7] }, []],
    ['has no spec at all', undefined, []],
  ])('covers an object of namespace shop as it should when it %s', (_, spec, tags) => {
    expect(toDelete(evaluate(refusedOf(spec), 'shop')).tags).toEqual(tags)
  })
})

describe('a policy without target RegistryArtifact', () => {
  const evaluate = (tracked: Parameters<typeof evaluatePolicy>[2]) => {
    const placed: Placed[] = [...twoVersions, { name: 'untagged' }]
    const policy = policyOf('mine', { targets: ['Configuration'] })
    return evaluatePolicy(policy, [], tracked, [worldOf(app, placed)], nothingRuns, tomorrow)
  }

  it('would delete nothing of a repository that no object brings tag by tag, which every run would delete again', () => {
    expect(toDelete(evaluate([trackedOf(app)]))).toEqual({ tags: [], digests: [] })
  })

  it('would delete the tag that an object of its own brings, and no digest', () => {
    expect(toDelete(evaluate([trackedOf(app), trackedOf(app, 'v1')]))).toEqual({ tags: ['v1'], digests: [] })
  })

  it('takes nothing from a policy that does delete in the registry', () => {
    const other = policyOf('other', { targets: ['Configuration'] })
    const worlds = [worldOf(app, twoVersions)]

    const evaluation = evaluatePolicy(policyOf('mine'), [other], [trackedOf(app)], worlds, nothingRuns, tomorrow)

    expect(toDelete(evaluation)).toEqual({ tags: ['v1'], digests: [digestOf('old')] })
  })
})

it('judges 100,000 images by three policies without looking through all of them for each', () => {
  const count = 100_000
  const placed = Array.from(
    { length: count },
    (_, index): Placed => ({
      name: `image ${index}`,
      pushedAt: { at: at(0), source: 'registry' },
      ...(index % 4 !== 0 && { tags: [`v1.${index}.0`] }),
    }),
  )
  const others = ['second', 'third'].map(name => policyOf(name, { keepRecent: 10 }))
  const world = worldOf(app, placed)

  const evaluation = evaluatePolicy(policyOf('mine'), others, [trackedOf(app)], [world], nothingRuns, tomorrow)

  expect(evaluation.tagsToDelete).toHaveLength(count * 0.75 - 10)
  expect(evaluation.spared.size).toBe(2 * 9)
})
