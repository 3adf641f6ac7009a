import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { completeName } from '../../../cli/connect/complete-name.ts'
import { explainLive } from '../../../cli/explain/run-explain.ts'
import { isDigest } from '../../../shared/domain/digest.ts'
import { installationOf } from '../../cli/memory-installation.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { removeExpired } from '../../support/remove-expired.ts'
import { type RestoreFixture, summaryOf, sweptSigned } from '../../support/restore-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** What was swept was put away since, and the table has removed it from its place. */
async function sweptLongAgo() {
  const swept = await sweptSigned(world)
  const { fixture } = swept
  const before = await explained(fixture)
  fixture.pass(24 * 3600)
  await fixture.sync()
  await removeExpired(world.table, fixture.now())
  return { ...swept, before }
}

const explained = async (fixture: RestoreFixture) => {
  const installation = installationOf(world, fixture)
  await fixture.inventories()
  const { now: _, ...said } = await explainLive(`${fixture.repository}:v1`, installation, fixture.now())
  return said
}

describe('what a sweep deleted long ago', () => {
  it('is read with its repository no more', async () => {
    const { fixture } = await sweptLongAgo()

    const [images, tags] = await fixture.records()

    expect([images?.length, tags?.length]).toEqual([1, 1])
  })

  it('comes back by its tag, with all that belongs to it', async () => {
    const { fixture } = await sweptLongAgo()

    const things = await fixture.restore(':v1')

    expect(summaryOf(things).filter(text => !text.startsWith('restored'))).toEqual([])
    expect(await fixture.tags()).toEqual(expect.arrayContaining(['v1', 'v1.0', 'v2']))
    expect(await fixture.changesOfSync()).toBe(0)
  })

  it('comes back by its run', async () => {
    const { fixture, index } = await sweptLongAgo()
    const image = isDigest(index) ? await fixture.image(index) : undefined

    const targets = await fixture.findRun('eu-1/team/cleanup', image?.change.runId ?? '')

    const target = targets.find(({ repository }) => repository === fixture.repository)
    expect(target?.roots.map(({ digest }) => digest)).toContain(index)
  })

  it('is found by a tag that means nothing now, among the images that had it', async () => {
    const { fixture, index } = await sweptLongAgo()
    const tag = await world.store.findTag(fixture.repository, 'v1')
    if (tag) await world.store.saveTag({ ...tag, digest: `sha256:${'0'.repeat(64)}` }, tag)

    const { roots } = await fixture.find(':v1')

    expect(roots).toEqual([{ digest: index, tag: 'v1' }])
  })

  it('is explained as it was on the day', async () => {
    const { fixture, before } = await sweptLongAgo()

    expect(await explained(fixture)).toEqual(before)
    expect(before).toMatchObject({ state: 'gone', gone: { how: 'deleted', by: 'policy eu-1/team/cleanup' } })
  })

  it('is named by the first digits of its digest', async () => {
    const { fixture, index } = await sweptLongAgo()
    const begun = `${fixture.repository}@${index.slice(0, 'sha256:'.length + 12)}`

    expect(await completeName(begun, installationOf(world, fixture))).toBe(`${fixture.repository}@${index}`)
  })
})
