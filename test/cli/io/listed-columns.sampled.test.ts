import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ImageTable } from '../../../cli/io/image-table.ts'
import type { Image } from '../../../shared/domain/image.ts'
import { type Listing, listingOf } from '../../../shared/domain/retention/listing/listing.ts'
import { arbitraryWorld } from '../../shared/domain/retention/arbitrary-world.ts'
import { digestOf, manifestType } from '../../shared/domain/retention/retention-world.ts'
import { worldsOfEachLaw } from '../../support/thoroughness.ts'

const shown = ({ repository, order, pushedMs, tagCounts, graph, images }: Listing) => ({
  ...{ repository, order, pushedMs, tagCounts, graph },
  images: images.map(plain),
})

const plain = ({ digest, tags, mediaType, sizeBytes, pushedAt, pulledAt, createdAt, children, subject }: Image) => ({
  ...{ digest, tags, mediaType, sizeBytes, pushedAt, pulledAt, createdAt, children, subject },
})

/** No file can say an impossible time. */
const isReadable = ({ pushedAt, pulledAt, createdAt }: Image): boolean =>
  ![pushedAt, pulledAt, createdAt].some(time => Number.isNaN(time?.getTime()))

const byDigest = (images: readonly Image[]): Image[] => images.toSorted((a, b) => (a.digest < b.digest ? -1 : 1))

describe('the columns of a file', () => {
  it('give the same listings as the images themselves in the order of digests', () => {
    const holds = ({ images }: { readonly images: readonly Image[] }) => {
      const readable = images.filter(isReadable)
      const groups = [...Map.groupBy(readable, image => image.repository)].sort(([a], [b]) => (a < b ? -1 : 1))
      const listings = ImageTable.of(readable).listings()

      const all = Array.from(listings, shown)

      expect(all).toEqual(groups.map(([repository, own]) => shown(listingOf(repository, byDigest(own)))))
    }
    fc.assert(fc.property(arbitraryWorld(), holds), { numRuns: Math.ceil(worldsOfEachLaw / 20) })
  })

  it('stand in the order in which they are printed, across blocks of many thousand images', () => {
    const isOther = (at: number) => at % 16 === 0
    const images = Array.from({ length: 18_000 }, (_, at): Image => {
      const repository = `registry.example.com/app-${isOther(at) ? 1 : 0}`
      return { repository, digest: digestOf(`m-${at}`), tags: [`m-${at}`, `n-${at}`], mediaType: manifestType }
    })
    const table = ImageTable.of(images)

    const printed = Array.from(table.listings(), ({ order, images: listed }) => ({
      steps: new Set(Array.from(order, (place, at) => place - at)),
      shown: listed.map(plain),
    }))
    const jumping = table.imagesOf('registry.example.com/app-1').toReversed()

    const groups = [0, 1].map(of => images.filter((_, at) => isOther(at) === (of === 1)))
    expect(printed.map(({ steps }) => [...steps])).toEqual([[0], [0]])
    expect(printed.map(one => one.shown)).toEqual(groups.map(own => byDigest(own).map(plain)))
    expect(jumping.map(plain)).toEqual((groups[1] ?? []).toReversed().map(plain))
  })

  it('take the memory of one repository, and say so to who still reads the one before', () => {
    const images = ['v1', 'v2'].map(
      (tag): Image => ({ repository: `registry.example.com/${tag}`, digest: digestOf(tag), tags: [tag] }),
    )
    const listings = ImageTable.of(images).listings()[Symbol.iterator]()
    const [first] = listings.next().value?.images ?? []
    const before = first?.digest
    listings.next()

    expect(before).toBe(digestOf('v1'))
    expect(() => first?.digest).toThrow('of a repository before it')
  })
})
