import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Loopback, startLoopback } from '../../../support/loopback.ts'
import { ripeTags } from '../../../support/ripe-tags.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** Counts, and lets whoever waits for it go on once there were so many. */
function gate(count: number) {
  const { promise, resolve } = Promise.withResolvers<void>()
  let left = count
  const pass = () => {
    left -= 1
    if (left === 0) resolve()
  }
  return { open: promise, pass }
}

describe('a sweep of more images than go together', () => {
  const images = 300

  it('looks for the next group while the last deletes of one are under way', async () => {
    const { sweep, request } = await ripeTags(world, images)
    const looked = gate(1)
    let deletes = 0
    sweep.moments.before('listRepository', () => {
      if (deletes > 200) looked.pass()
    })
    sweep.moments.before('deleteManifest', async () => {
      deletes += 1
      if (deletes > 250) await looked.open
    })

    expect(await sweep.execute(request)).toMatchObject({ deleted: images, failed: 0 })

    expect(await sweep.listTags()).toEqual(['v2'])
  })

  it('notes the tags that are off while others are taken off', async () => {
    const { sweep, request } = await ripeTags(world, images)
    const noted = gate(100)
    let untagged = 0
    sweep.moments.before('saveTag', noted.pass)
    sweep.moments.before('untag', async () => {
      untagged += 1
      if (untagged > 290) await noted.open
    })

    expect(await sweep.execute(request)).toMatchObject({ deleted: images, failed: 0 })

    expect(await sweep.listTags()).toEqual(['v2'])
  })
})
