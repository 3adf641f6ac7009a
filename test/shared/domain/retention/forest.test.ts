import { expect, it } from 'vitest'
import type { Image } from '../../../../shared/domain/image.ts'
import { forestOf } from '../../../../shared/domain/retention/explain/forest.ts'
import { listingOf } from '../../../../shared/domain/retention/listing/listing.ts'
import { digestOf, imageOf, indexType } from './retention-world.ts'

it('hangs a hundred thousand referrers below a platform of an index', () => {
  const [platform, count] = [digestOf('platform'), 140_000]
  const referrers = Array.from({ length: count }, (_, at) =>
    imageOf('', { digest: digestOf(`r${at}`), subject: platform }),
  )
  const index = imageOf('v1', { mediaType: indexType, children: [platform] })
  const images: Image[] = [index, imageOf('', { digest: platform }), ...referrers]

  const { forest } = forestOf(listingOf('registry.example.com/app', images), [0], () => true)
  let parts = 0
  for (const _ of forest.partsOf(0)) parts += 1

  expect(parts).toBe(count + 1)
})
