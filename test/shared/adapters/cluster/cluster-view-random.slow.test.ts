import { expect, it } from 'vitest'
import { createDice } from '../../../soak/dice.ts'
import { oddlyWatched } from './odd-watches.ts'

const rounds = 40
const changesBetween = 5

it('F44 each look shows what ran all the while, and nothing that was gone before, however watches end', async () => {
  const { cluster, world } = await oddlyWatched(createDice('watches'))
  const look = async () => {
    const askedMs = performance.now()
    const workloads = (await cluster.view?.(0).listWorkloads()) ?? []
    const seen = new Set(workloads.map(({ name, image }) => `${name} ${image}`))
    const { always, ever } = world.between(askedMs, performance.now())
    return { missed: always.filter(one => !seen.has(one)), wasGone: [...seen].filter(one => !ever.has(one)), always }
  }
  const looks: Awaited<ReturnType<typeof look>>[] = []
  const changing = setInterval(() => world.change(), 50)
  try {
    for (let round = 0; round < rounds; round++) {
      for (let changes = 0; changes < changesBetween; changes++) world.change()
      looks.push(...(await Promise.all([look(), look()])))
    }
  } finally {
    clearInterval(changing)
  }

  expect(looks.flatMap(({ missed }) => missed)).toEqual([])
  expect(looks.flatMap(({ wasGone }) => wasGone)).toEqual([])
  // What changes all the time proves nothing.
  expect(looks.flatMap(({ always }) => always).length).toBeGreaterThan(looks.length)
})
