import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Digest } from '../../../shared/domain/digest.ts'
import type { Image } from '../../../shared/domain/image.ts'
import { leastUsedImages, type StoredRepository } from '../../../shared/domain/least-used-images.ts'
import { findPressure } from '../../../shared/domain/storage-pressure.ts'
import { storedBytesOf } from '../../../shared/domain/stored-blobs.ts'
import { at, digestOf } from '../../support/records.ts'

describe('pressure', () => {
  const fill = (storedBytes: number, capacityBytes?: number) => ({
    registry: 'a.example',
    storedBytes,
    ...(capacityBytes !== undefined && { capacityBytes }),
  })

  it.each([
    ['at the threshold', fill(80, 100), 80, 70],
    ['above it', fill(95, 100), 80, 70],
    ['of more than there is', fill(300, 100), 100, 90],
    ['at a threshold below ten', fill(5, 100), 5, 1],
  ])('stands %s, and asks for ten points less', (_, one, threshold, lowWatermarkBytes) => {
    expect(findPressure(one, threshold)).toEqual({ registry: 'a.example', lowWatermarkBytes })
  })

  it.each([
    ['below the threshold', fill(79, 100)],
    ['where no capacity is given', fill(1e15)],
  ])('does not stand %s', (_, one) => {
    expect(findPressure(one, 80)).toBeUndefined()
  })
})

const blob = (name: string, sizeBytes: number) => ({ digest: digestOf(name), sizeBytes })
const image = (name: string, usedAt: number, rest: Partial<Image> = {}): Image => ({
  repository: 'a.example/app',
  digest: digestOf(name),
  tags: [],
  pushedAt: at(usedAt),
  ...rest,
})
const repositoryOf = (images: readonly Image[], toDelete: readonly string[]): StoredRepository => ({
  repository: 'a.example/app',
  images,
  toDelete: new Set(toDelete.map(digestOf)),
})
const namesIn = (selection: ReturnType<typeof leastUsedImages>, names: readonly string[]) => {
  const digests = new Set([...selection.digests.values()].flatMap(each => [...each]))
  return names.filter(name => digests.has(digestOf(name)))
}

describe('the least used images', () => {
  it('are taken until the registry is at the mark, and no further', () => {
    const images = ['c', 'a', 'b'].map(name => image(name, name.charCodeAt(0), { blobs: [blob(name, 100)] }))

    const selection = leastUsedImages([repositoryOf(images, ['a', 'b', 'c'])], 150)

    expect(namesIn(selection, ['a', 'b', 'c'])).toEqual(['a', 'b'])
    expect(selection.leftBytes).toBe(100)
  })

  it('count a pull as use', () => {
    const images = [
      image('pushed first', 1, { blobs: [blob('a', 100)], pulledAt: at(9) }),
      image('pushed later', 2, { blobs: [blob('b', 100)] }),
    ]

    const selection = leastUsedImages([repositoryOf(images, ['pushed first', 'pushed later'])], 150)

    expect(namesIn(selection, ['pushed first', 'pushed later'])).toEqual(['pushed later'])
  })

  it('leave out what frees nothing, since another repository keeps its layers', () => {
    const shared = image('shared', 1, { blobs: [blob('base', 100)] })
    const own = image('own', 2, { blobs: [blob('own', 100)] })
    const elsewhere = { repository: 'a.example/other', images: [image('x', 0, shared)], toDelete: new Set<Digest>() }

    const selection = leastUsedImages([repositoryOf([shared, own], ['shared', 'own']), elsewhere], 0)

    expect(namesIn(selection, ['shared', 'own'])).toEqual(['own'])
    expect(selection.leftBytes).toBe(100)
  })

  it('I1 take an index before its manifests, and a manifest only with every index above it', () => {
    const images = [
      image('arm', 1, { blobs: [blob('arm', 50)] }),
      image('first', 2, { children: [digestOf('arm'), digestOf('amd')] }),
      image('amd', 3, { blobs: [blob('amd', 50)] }),
      image('second', 4, { children: [digestOf('amd')] }),
    ]
    const toDelete = ['arm', 'first', 'amd', 'second']

    expect(namesIn(leastUsedImages([repositoryOf(images, toDelete)], 50), toDelete)).toEqual(['arm', 'first'])
    expect(namesIn(leastUsedImages([repositoryOf(images, toDelete)], 0), toDelete)).toEqual(toDelete)
  })

  it('I5 take a signature with its subject, and never alone', () => {
    const images = [
      image('signature', 1, { blobs: [blob('signature', 10)], subject: digestOf('signed') }),
      image('signed', 3, { blobs: [blob('signed', 100)] }),
      image('plain', 2, { blobs: [blob('plain', 100)] }),
    ]
    const toDelete = ['signature', 'signed', 'plain']

    expect(namesIn(leastUsedImages([repositoryOf(images, toDelete)], 120), toDelete)).toEqual(['plain'])
    expect(namesIn(leastUsedImages([repositoryOf(images, toDelete)], 50), toDelete)).toEqual(toDelete)
  })

  it('B16 leave images that refer to each other in a circle', () => {
    const images = [
      image('a', 1, { children: [digestOf('b')], blobs: [blob('a', 1)] }),
      image('b', 1, { children: [digestOf('a')], blobs: [blob('b', 1)] }),
    ]

    expect(leastUsedImages([repositoryOf(images, ['a', 'b'])], 0)).toEqual({ digests: new Map(), leftBytes: 2 })
  })
})

it('B16 an index whose subject is its own manifest stays, since neither can go first', () => {
  const images = [
    image('manifest', 1, { blobs: [blob('layer', 10)] }),
    image('index', 1, { children: [digestOf('manifest')], subject: digestOf('manifest') }),
  ]

  expect(leastUsedImages([repositoryOf(images, ['manifest', 'index'])], 0).digests).toEqual(new Map())
})

const names = Array.from({ length: 12 }, (_, index) => `image ${index}`)

/** Images that refer only to earlier ones, and indexes to no subject, so that none goes with itself: in two repositories of one registry, with layers of a common stock. */
const world = fc
  .array(
    fc.record({
      usedAt: fc.nat(5),
      layers: fc.array(fc.nat(8), { maxLength: 3 }),
      children: fc.array(fc.nat(11), { maxLength: 2 }),
      subject: fc.option(fc.nat(11), { nil: undefined }),
      toDelete: fc.boolean(),
      second: fc.boolean(),
    }),
    { minLength: 1, maxLength: names.length },
  )
  .map(drawn => {
    const images = drawn.map(({ usedAt, layers, children, subject }, index) => {
      const earlier = children.filter(child => child < index).map(child => digestOf(`image ${child}`))
      return image(`image ${index}`, usedAt, {
        ...(earlier.length > 0 ? { children: earlier } : { blobs: layers.map(layer => blob(`l${layer}`, 10 + layer)) }),
        ...(earlier.length === 0 &&
          subject !== undefined &&
          subject < index && { subject: digestOf(`image ${subject}`) }),
      })
    })
    return ['a.example/app', 'a.example/other'].map((repository, which): StoredRepository => {
      const mine = images.filter((_, index) => Number(drawn[index]?.second) === which)
      const toDelete = mine.filter(one => drawn[images.indexOf(one)]?.toDelete).map(one => one.digest)
      return { repository, images: mine, toDelete: new Set(toDelete) }
    })
  })

const selectedIn = (selection: ReturnType<typeof leastUsedImages>, { repository }: StoredRepository) =>
  selection.digests.get(repository) ?? new Set<Digest>()

describe('laws of the least used images', () => {
  it('only what is to be deleted is taken, and what is left is what the others hold', () => {
    fc.assert(
      fc.property(world, fc.nat(100), (repositories, target) => {
        const selection = leastUsedImages(repositories, target)

        const left = repositories.flatMap(one =>
          one.images.filter(each => !selectedIn(selection, one).has(each.digest)),
        )
        expect(selection.leftBytes).toBe(storedBytesOf(left))
        for (const one of repositories)
          for (const digest of selectedIn(selection, one)) expect(one.toDelete.has(digest)).toBe(true)
      }),
    )
  })

  it('all that frees anything is taken where the mark is not reached', () => {
    fc.assert(
      fc.property(world, fc.nat(100), (repositories, target) => {
        const selection = leastUsedImages(repositories, target)

        const kept = repositories.flatMap(one => one.images.filter(each => !one.toDelete.has(each.digest)))
        if (selection.leftBytes > target) expect(selection.leftBytes).toBe(storedBytesOf(kept))
      }),
    )
  })

  it('nothing is taken without every index above it and every subject of it that is to be deleted', () => {
    fc.assert(
      fc.property(world, fc.nat(100), (repositories, target) => {
        const selection = leastUsedImages(repositories, target)

        const taken = repositories.flatMap(one => {
          const selected = selectedIn(selection, one)
          const staying = one.images.filter(each => one.toDelete.has(each.digest) && !selected.has(each.digest))
          const held = new Set(staying.flatMap(each => each.children ?? []))
          const subjects = new Set(staying.map(each => each.digest))
          return one.images.filter(
            ({ digest, subject }) => selected.has(digest) && (held.has(digest) || (subject && subjects.has(subject))),
          )
        })
        expect(taken).toEqual([])
      }),
    )
  })

  it('a lower mark takes no less, and the order of input never matters', () => {
    fc.assert(
      fc.property(world, fc.nat(100), fc.nat(100), (repositories, target, lower) => {
        const selection = leastUsedImages(repositories, target)
        const reversed = repositories.map(one => ({ ...one, images: one.images.toReversed() })).toReversed()

        const more = leastUsedImages(reversed, target - lower)
        const same = leastUsedImages(reversed, target)
        for (const one of repositories) {
          for (const digest of selectedIn(selection, one)) expect(selectedIn(more, one).has(digest)).toBe(true)
          expect([...selectedIn(same, one)].sort()).toEqual([...selectedIn(selection, one)].sort())
        }
      }),
    )
  })
})
