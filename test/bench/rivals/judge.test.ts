import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshFolder, removeFolder } from '../../real/parts/background.ts'
import { judge, type Left, readLeft } from './judge.ts'
import { seedWorld, type World } from './world.ts'

describe('what a contestant lost and left', () => {
  const folder = freshFolder('rivals-test')
  let world: World
  let seeded: Left
  const digestOf = (tag: string) => world.tags.get(tag) as string
  const without = (tags: readonly string[], digests: readonly string[]): Left => ({
    tags: new Set(Array.from(seeded.tags).filter(tag => !tags.includes(tag))),
    digests: new Set(Array.from(seeded.digests).filter(digest => !digests.includes(digest))),
  })

  beforeAll(() => {
    world = seedWorld(folder, 200)
    seeded = readLeft(folder)
  })

  afterAll(() => removeFolder(folder))

  it('of a registry that nobody touched is every needless image, and nothing lost', () => {
    const { lost, left, deleted } = judge(world, seeded)

    expect(lost).toBe('nothing')
    expect(left).toMatch(
      /^\d+ old versions, \d+ tags of signatures and referrers without a subject, \d+ untagged manifests$/,
    )
    expect(deleted).toBe(0)
  })

  it('is told by kind of loss: in use by tag or by digest, kept, moved by people, children, signatures', () => {
    const inUse = world.used.map(reference => reference.slice(1))
    const index = world.versions.findLast(tag => world.children.has(digestOf(tag))) as string
    const [child = ''] = world.children.get(digestOf(index)) ?? []
    const attached = world.attachments.find(({ subject }) => subject === digestOf('v1.9.15'))?.tag as string

    const tags = [...inUse.slice(0, 1), 'prod', attached]
    const digests = [...inUse.filter(name => name.startsWith('sha256:')).slice(0, 1), digestOf('v1.9.19'), child]

    expect(judge(world, without(tags, digests)).lost).toBe(
      '2 in use, 1 kept versions, 1 moving tags, 1 children of kept indexes, 1 signatures and referrers of what is needed',
    )
  })

  it('counts an old version with the digest of a kept one as lost only with its digest', () => {
    const untagged = judge(world, without(['v1.0.14'], []))
    const deleted = judge(world, without(['v1.0.14'], [digestOf('v1.0.14')]))

    expect(untagged.lost).toBe('nothing')
    expect(deleted.lost).toBe('1 kept versions')
  })

  it('counts a needless image without its tag as untagged, and without its digest as deleted', () => {
    const before = judge(world, seeded)

    const after = judge(world, without(['v1.0.8', 'v1.0.9'], [digestOf('v1.0.9')]))

    expect(countsOf(after.left)).toEqual([countsOf(before.left)[0] - 2, countsOf(before.left)[1] + 1])
    expect(after.deleted).toBe(1)
  })
})

/** Old versions, and untagged manifests. */
const countsOf = (left: string): [number, number] => [
  Number.parseInt(left, 10),
  Number(/(\d+) untagged manifests/.exec(left)?.[1]),
]
