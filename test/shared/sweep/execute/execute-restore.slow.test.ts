import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pauseAnnotation } from '../../../../shared/objects/policy-object.ts'
import { sweptForRestore } from '../../../support/asked-restore.ts'
import { type Loopback, signatureTag, startLoopback } from '../../../support/loopback.ts'
import { aroundCalls } from '../../../support/memory-platform.ts'
import { entryOf, tagDraft } from '../../../support/records.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

const pushes = () => world.requests.filter(one => ['PUT', 'POST', 'PATCH'].includes(one.method))
const conditionOf = (status: Readonly<Record<string, unknown>> | undefined) =>
  (status?.conditions as { type: string }[] | undefined)?.find(one => one.type === 'Restored')

describe('the annotation restore', () => {
  it('brings a run back, says so in status, condition and Event, and is taken off', async () => {
    const swept = await sweptForRestore(world)
    swept.ask(swept.run())

    await swept.untilOver()

    expect(await swept.listTags()).toEqual([signatureTag(swept.digests.index), 'v1', 'v1.0', 'v2'].toSorted())
    for (const digest of Object.values(swept.digests)) expect(await swept.holds(digest)).toBe(true)
    expect(swept.cluster.get('Repository', 'app-v1')).toBeDefined()
    expect(swept.restored()).toMatchObject({ result: 'Success', failed: 0, leftAlone: 0, asked: swept.run() })
    expect(swept.status()).toMatchObject({ lastHandledRestore: swept.run() })
    expect(conditionOf(swept.status())).toMatchObject({ status: 'True', reason: 'RestoreSucceeded' })
    expect(swept.annotation()).toBeUndefined()
    expect(swept.cluster.events.map(one => one.reason)).toEqual(
      expect.arrayContaining(['Restoring', 'RestoreSucceeded']),
    )
  })

  it('takes a digest as the status lists it, and the same value again once it is over', async () => {
    const swept = await sweptForRestore(world)
    const listed = swept.status()?.deletions as { digest: string; repository: string; tags?: string[] }[]
    const index = listed.find(one => one.digest === swept.digests.index)
    expect(index).toMatchObject({ repository: swept.repository, tags: ['v1', 'v1.0'], run: swept.run() })
    const image = `${index?.repository}@${index?.digest}`
    swept.ask(image)
    await swept.untilOver()

    swept.ask(image)
    await swept.round()
    expect(swept.restored()).toMatchObject({ result: 'Running' })
    await swept.untilOver()

    expect(await swept.holds(swept.digests.index)).toBe(true)
    expect(swept.restored()).toMatchObject({ result: 'Success', restored: 0 })
    expect(swept.restored()?.present).toBeGreaterThan(0)
  })

  it('is answered under pause, suspension, dry run and the kill switch: a restore deletes nothing', async () => {
    const swept = await sweptForRestore(world)
    swept.killSwitch.on = true
    swept.cluster.change('ImageCleanupPolicy', 'cleanup', { spec: { keepRecent: 1, dryRun: true, suspend: true } })
    swept.ask(swept.run(), { [pauseAnnotation]: 'true' })

    await swept.untilOver()

    expect(swept.restored()).toMatchObject({ result: 'Success' })
    expect(await swept.holds(swept.digests.index)).toBe(true)
  })

  it('pushes nothing where the namespace may not delete any more, and names the setting', async () => {
    const swept = await sweptForRestore(world)
    swept.ask(swept.run())
    swept.deploy({ grantsOf: () => [] })
    world.requests.length = 0

    await swept.untilOver()

    expect(pushes()).toEqual([])
    expect(swept.restored()).toMatchObject({ result: 'PartialFailure', restored: 0 })
    expect(swept.restored()?.message).toContain('grants')
  })

  it('pushes nothing by a policy that was put on objects alone and whose namespace has no right', async () => {
    const swept = await sweptForRestore(world)
    swept.cluster.change('ImageCleanupPolicy', 'cleanup', { spec: { keepRecent: 1, targets: ['Configuration'] } })
    swept.ask(swept.run())
    swept.deploy({ grantsOf: () => [] })
    world.requests.length = 0

    await swept.untilOver()

    expect(pushes()).toEqual([])
  })

  it('brings the tags back that an earlier run took off the image, where the image is asked for and not a later run', async () => {
    const swept = await sweptForRestore(world)
    const { index } = swept.digests
    const earlier = {
      action: 'deleted',
      actor: `policy ${swept.cluster.name}/team/cleanup`,
      at: swept.now(),
      runId: 'manual-0',
      tag: 'earlier',
      digest: index,
    } as const
    const change = entryOf(randomUUID(), 0, earlier)
    const gone = tagDraft(swept.repository, { tag: 'earlier', digest: index, goneAt: swept.now(), change })
    await world.store.saveTag(gone, undefined)
    swept.ask(swept.run())
    await swept.untilOver()
    const ofRun = await swept.listTags()

    swept.ask(index)
    await swept.untilOver()

    expect(ofRun).not.toContain('earlier')
    expect(await swept.listTags()).toEqual([...ofRun, 'earlier'].toSorted())
  })

  it('tells a part as failed that no executor ever reports, so that another may be asked for', async () => {
    const swept = await sweptForRestore(world)
    swept.ask(swept.run())
    const sent: number[] = []

    for (let tries = 0; tries < 8; tries++) {
      sent.push((await swept.plan()).filter(one => one.restore).length)
      swept.pass(1_300)
    }

    const [parts = 0] = sent
    expect(sent).toEqual([parts, parts, parts, parts, 0, 0, 0, 0])
    expect(swept.restored()).toMatchObject({ result: 'PartialFailure', restored: 0 })
    expect(swept.restored()?.failed).toBeGreaterThanOrEqual(parts)
    expect(swept.restored()?.message).toContain('within 4 tries')
  })

  it('costs a policy without a request no read of its record', async () => {
    const swept = await sweptForRestore(world)
    const readsOf = async () => {
      let reads = 0
      const wrap = <T extends object>(target: T): T =>
        aroundCalls(target, (name, _, call) => {
          if (name === 'findPolicy') reads += 1
          return call()
        })
      await swept.plan({ calls: 0, wrap })
      return reads
    }
    const idle = await readsOf()
    swept.ask(swept.run())
    const asked = await readsOf()
    await swept.untilOver()
    await swept.round()

    expect(await readsOf()).toBe(idle)
    expect({ idle, asked }).toEqual({ idle: 2, asked: 4 })
  })

  it('does nothing the second time that its message comes', async () => {
    const swept = await sweptForRestore(world)
    swept.ask(swept.run())
    const [request] = await swept.round()
    if (!request?.restore) throw new Error('expected a request to restore')
    const before = await world.store.findPolicy(`${swept.cluster.name}/team/cleanup`)
    world.requests.length = 0

    await swept.execute(request)

    expect(world.requests).toEqual([])
    expect(await world.store.findPolicy(`${swept.cluster.name}/team/cleanup`)).toEqual(before)
  })

  it.each([
    ['another policy’s run', 'eu-1/other/cleanup/manual-1', /another policy/],
    ['a run that was never', 'manual-999', /deleted nothing of that name/],
    ['a digest that it did not delete', `sha256:${'0'.repeat(64)}`, /deleted nothing of that name/],
    ['a glob', '*', /expected a run or a digest/],
    ['several lines', 'manual-1\nmanual-2', /got manual-1\?manual-2/],
    ['nothing', '', /expected a run or a digest/],
    ['very much text', 'x'.repeat(200_000), /expected a run or a digest/],
  ])('refuses %s in words, once, and asks no registry', async (_, value, message) => {
    const swept = await sweptForRestore(world)
    world.requests.length = 0
    swept.ask(value)

    await swept.round()
    await swept.round()

    expect(pushes()).toEqual([])
    expect(swept.restored()).toMatchObject({ result: 'Refused', message: expect.stringMatching(message) })
    expect(JSON.stringify(swept.status()).length).toBeLessThan(20_000)
    expect(swept.annotation()).toBeUndefined()
    expect(swept.cluster.events.filter(one => one.reason === 'RestoreRefused')).toHaveLength(1)
  })

  it('restores nothing that another object of its name had deleted', async () => {
    const swept = await sweptForRestore(world)
    const run = swept.run()
    const before = swept.cluster.get('ImageCleanupPolicy', 'cleanup')
    if (!before) throw new Error('expected the policy')
    const creationTimestamp = new Date(swept.now().getTime() + 1000).toISOString()
    swept.cluster.put('ImageCleanupPolicy', 'cleanup', before.spec as object, { uid: randomUUID(), creationTimestamp })
    swept.ask(run)

    await swept.untilOver()

    expect(swept.restored()).toMatchObject({ result: 'Refused' })
    expect(await swept.holds(swept.digests.index)).toBe(false)
  })

  it('leaves an image alone that another policy deleted since', async () => {
    const swept = await sweptForRestore(world)
    const entry = swept.archive.entries.get(swept.digests.index)
    if (!entry) throw new Error('expected the index in the archive')
    swept.archive.entries.set(entry.digest, { ...entry, graph: { ...entry.graph, policy: 'eu-1/other/tidy' } })
    swept.ask(swept.digests.index)

    await swept.untilOver()

    expect(swept.restored()).toMatchObject({ result: 'PartialFailure', failed: 1 })
    expect(swept.restored()?.message).toContain('another policy deleted one of the images since')
    expect(await swept.holds(swept.digests.index)).toBe(false)
  })

  it('creates no object in a namespace that the policy does not cover', async () => {
    const swept = await sweptForRestore(world)
    const entry = swept.archive.entries.get(swept.digests.index)
    if (!entry) throw new Error('expected the index in the archive')
    const objects = entry.graph.objects.map(one => ({ ...one, metadata: { ...one.metadata, namespace: 'other' } }))
    swept.archive.entries.set(entry.digest, { ...entry, graph: { ...entry.graph, objects } })
    swept.ask(swept.digests.index)

    await swept.untilOver()

    expect(await swept.holds(swept.digests.index)).toBe(true)
    for (const { metadata } of objects) expect(swept.cluster.get('Repository', metadata.name, 'other')).toBeUndefined()
  })
})
