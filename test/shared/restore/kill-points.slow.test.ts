import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Loopback, signatureTag, startLoopback } from '../../support/loopback.ts'
import { createKillPoint, KilledError } from '../../support/memory-platform.ts'
import { type RestoreFixture, sweptSigned } from '../../support/restore-fixture.ts'
import { killEvery } from '../../support/thoroughness.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** True when the restore was killed: the answer of its `last`-th call never came. */
async function killedAfter(last: number, fixture: RestoreFixture): Promise<boolean> {
  try {
    await fixture.restore(':v1', { kill: createKillPoint(last) })
    return false
  } catch (error) {
    if (error instanceof KilledError) return true
    throw error
  }
}

/** Every tag that can be seen is whole: its manifest, its children and what refers to it stand. */
async function expectNothingHalf(fixture: RestoreFixture, needed: readonly `sha256:${string}`[], where: string) {
  const tags = (await fixture.tags()).filter(tag => tag !== 'v2')
  if (tags.length === 0) return
  for (const digest of needed)
    expect(await fixture.holds(digest), `${where}: ${tags} stand without ${digest}`).toBe(true)
}

it('F7 F8 a restore killed after any call leaves no tag half, and the next one finishes it', async () => {
  const { fixture, ...digests } = await sweptSigned(world)
  for (let last = 1; ; last += killEvery) {
    const where = `killed after call ${last}`
    const all = Object.values(digests)

    const wasKilled = await killedAfter(last, fixture)
    await expectNothingHalf(fixture, all, where)
    // Half the time the registry tells of the pushes before anybody tries again.
    if (last % 2 === 0) await fixture.sync()
    fixture.pass(60)
    const things = await fixture.restore(':v1')

    expect(
      things.filter(({ outcome }) => outcome !== 'restored' && outcome !== 'present'),
      where,
    ).toEqual([])
    expect(await fixture.tags(), where).toEqual([signatureTag(digests.index), 'v1', 'v1.0', 'v2'].toSorted())
    for (const digest of all) {
      expect(await fixture.holds(digest), where).toBe(true)
      expect(await fixture.image(digest), where).not.toHaveProperty('goneAt')
      const history = await world.store.listHistory(fixture.repository, digest)
      expect(
        history.some(entry => entry.actor === 'person alice'),
        `${where}: nobody put back ${digest}`,
      ).toBe(true)
    }
    for (const name of ['app-v1', 'app-v1.0'])
      expect(fixture.cluster.get('Repository', name), `${where}: no object ${name}`).toBeDefined()
    expect(await fixture.changesOfSync(), where).toBe(0)
    if (!wasKilled) break
    fixture.pass(60)
    await fixture.deleteAgain(all)
  }
}, 240_000)
