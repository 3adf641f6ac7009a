import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Digest } from '../../../shared/domain/digest.ts'
import { useFakeAwsCredentials } from '../../shared/adapters/registry/ecr/fake-ecr.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { at } from '../../support/records.ts'
import { day, runPolicy, startEcr } from './ecr-world.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())
useFakeAwsCredentials()

type World = Awaited<ReturnType<typeof startEcr>>

/** Syncs and sweeps once a day, and says on which day each image was first seen to be gone. */
async function live(
  { images, sweep }: World,
  unusedDays: number,
  days: number,
  daily: (today: number) => void = () => undefined,
): Promise<(digest: Digest) => number | undefined> {
  const goneOn = new Map<Digest, number>()
  const known = images.digests()
  runPolicy(sweep, { unusedDays })
  for (let today = 0; today < days; today++) {
    daily(today)
    await sweep.sync()
    if (today > 0) sweep.rerun(String(today + 1))
    await sweep.sweep()
    for (const digest of known) if (!images.has(digest) && !goneOn.has(digest)) goneOn.set(digest, today)
    sweep.pass(day - 480)
  }
  return digest => goneOn.get(digest)
}

describe.each(['counts our reads as pulls', 'excludes our role'])('I27 weeks of a registry that %s', kind => {
  const isExcluded = kind === 'excludes our role'
  const start = () => startEcr(local, { isExcluded })

  it('delete what nobody pulls on its day, and keep what is pulled', async () => {
    const world = await start()
    const { images } = world
    const unused = images.push('unused', 'unused', at(0))
    const pulledOnce = images.push('once', 'once', at(0))
    const daily = images.push('daily', 'daily', at(0))

    const goneOn = await live(world, 7, 14, today => {
      if (today === 3) images.pull(pulledOnce, at(3 * day))
      images.pull(daily, at(today * day))
    })

    expect({ unused: goneOn(unused), once: goneOn(pulledOnce), daily: goneOn(daily) }).toEqual({
      unused: 7,
      once: 10,
      daily: undefined,
    })
  })

  it('do not make young what was pulled long before the first sync', async () => {
    const world = await start()
    const { images } = world
    const old = images.push('old', 'old', at(-400 * day))
    images.pull(old, at(-60 * day))
    const lately = images.push('lately', 'lately', at(-400 * day))
    images.pull(lately, at(-5 * day))

    const goneOn = await live(world, 7, 4)

    expect({ old: goneOn(old), lately: goneOn(lately) }).toEqual({ old: 0, lately: 2 })
  })

  it('count what was never pulled from its push, or from the first sync where that is all that the registry tells', async () => {
    const world = await start()
    const { images } = world
    const never = images.push('never', 'never', at(-60 * day))

    const goneOn = await live(world, 7, 10)

    // The archive before the first try was the last read of our own that could be anybody's.
    expect(goneOn(never)).toBe(isExcluded ? 0 : 8)
  })
})
