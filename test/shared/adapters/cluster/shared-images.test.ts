import { expect, it } from 'vitest'
import { sharedImages } from '../../../../shared/adapters/cluster/shared-images.ts'

it('is one array for all who name the same images', () => {
  expect(sharedImages(['app:v1', 'proxy:v2'])).toBe(sharedImages(['app:v1', 'proxy:v2']))
})

it.each(['\n', '","', ',', '\u0000'])('is another for an image with %j in its name', separator => {
  sharedImages([`app:v1${separator}proxy:v2`])

  expect(sharedImages(['app:v1', 'proxy:v2'])).toEqual(['app:v1', 'proxy:v2'])
})

it('is right for more kinds than it keeps', () => {
  const names = Array.from({ length: 3_000 }, (_, at) => `app:v${at}`)

  expect(names.map(name => sharedImages([name])[0])).toEqual(names)
  expect(names.map(name => sharedImages([name])[0])).toEqual(names)
})
