import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ImageTable } from '../../../cli/io/image-table.ts'
import type { Image } from '../../../shared/domain/image.ts'
import { type Listing, listingOf } from '../../../shared/domain/retention/listing/listing.ts'
import { arbitraryWorld } from '../../shared/domain/retention/arbitrary-world.ts'
import { worldsOfEachLaw } from '../../support/thoroughness.ts'

const shown = ({ order, pushedMs, tagCounts, graph }: Listing) => ({ order, pushedMs, tagCounts, graph })

describe('the columns of a file', () => {
  it('give the same listing as the images themselves', () => {
    const holds = ({ images }: { readonly images: readonly Image[] }) => {
      for (const [repository, own] of Map.groupBy(images, image => image.repository)) {
        const readable = own.filter(({ pushedAt }) => !Number.isNaN(pushedAt?.getTime()))

        const listing = ImageTable.of(readable).listingOf(repository)

        const inOrder = readable.toSorted((a, b) => (a.digest < b.digest ? -1 : 1))
        expect(shown(listing)).toEqual(shown(listingOf(repository, inOrder)))
      }
    }
    fc.assert(fc.property(arbitraryWorld(), holds), { numRuns: Math.ceil(worldsOfEachLaw / 20) })
  })
})
