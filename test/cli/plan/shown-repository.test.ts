import { expect, it } from 'vitest'
import type { PlannedRepository } from '../../../cli/plan/plan.ts'
import { ShownRepository } from '../../../cli/plan/shown-repository.ts'
import { digestOf, imageOf } from '../../shared/domain/retention/retention-world.ts'

it('names each link of a chain of referrers without climbing all of it again', () => {
  const length = 5_000
  const images = Array.from({ length }, (_, at) => imageOf(at === 0 ? 'v1' : '', { digest: digestOf(`link ${at}`) }))
  let climbed = 0
  const aboveOf = (place: number) => {
    climbed += 1
    return place === 0 ? undefined : place - 1
  }
  const repository = {
    decisions: images.map(({ digest, tags }) => ({ digest, tags })),
    layout: () => ({ sections: [], forest: { partsOf: () => [], aboveOf }, rowOf: (place: number) => place }),
    imageAt: (row: number) => images[row],
  } as unknown as PlannedRepository
  const shown = new ShownRepository(repository)

  const names = images.map((_, place) => shown.nameOf(length - 1 - place))

  expect(names.every(name => name.startsWith('v1'))).toBe(true)
  expect(climbed).toBe(length)
})
