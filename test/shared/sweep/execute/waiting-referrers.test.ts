import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Loopback, signatureTag, startLoopback } from '../../../support/loopback.ts'
import { createSweepFixture, policySpec } from '../../../support/sweep-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

it('I5 a subject waits for a signature whose own grace is not over, and both go in the end', async () => {
  const sweep = createSweepFixture(world)
  sweep.policy()
  sweep.trackWhole()
  const old = await sweep.release('v1')
  await sweep.release('v2')
  const request = await sweep.ripen()
  const signature = await world.push({ repository: sweep.path, tag: signatureTag(old.digest), seed: 'late' })
  await sweep.sync()

  await sweep.execute(request)
  const held = [await sweep.holds(old.digest), await sweep.holds(signature.digest)]
  for (let hour = 0; hour < 3; hour++) {
    sweep.pass(3600)
    await sweep.sync()
    sweep.rerun(String(hour))
    await sweep.sweep(4)
  }

  expect(held[0]).toBe(held[1])
  expect([await sweep.holds(old.digest), await sweep.holds(signature.digest)]).toEqual([false, false])
})

/** v1 and its signature are to be deleted by a policy over single tags; `stop` ends the sweep before its next call. */
async function signedAboutToGo() {
  const sweep = createSweepFixture(world)
  sweep.policy()
  for (const tag of ['v1', 'v2']) sweep.track(tag)
  const old = await sweep.release('v1')
  const signature = await world.push({ repository: sweep.path, tag: signatureTag(old.digest), seed: 'signature' })
  await sweep.release('v2')
  const request = await sweep.ripen()
  const stop = () => {
    sweep.killSwitch.on = true
    sweep.pass(2)
  }
  return { sweep, old, signature, request, stop }
}

it('I5 F30 a signature goes though its sweep ended between the two and the policy was changed since', async () => {
  const { sweep, old, signature, request, stop } = await signedAboutToGo()
  sweep.moments.before('listReferrers', (_, digest) => {
    if (digest === signature.digest) stop()
  })
  await sweep.execute(request)
  expect([await sweep.holds(old.digest), await sweep.holds(signature.digest)]).toEqual([false, true])

  sweep.moments.before('listReferrers', () => undefined)
  sweep.killSwitch.on = false
  sweep.cluster.change('ImageCleanupPolicy', 'cleanup', { spec: { ...policySpec, gracePeriod: '2m' } })
  await sweep.sync()
  await sweep.sweep(4)

  expect(await sweep.holds(signature.digest)).toBe(false)
  expect((await sweep.image(signature.digest))?.change).toMatchObject({
    action: 'deleted',
    reason: `deleted with its subject ${old.digest}, which was deleted before`,
  })
})

it('I5 F7 a signature goes though nobody noted the end of its subject, and the policy was suspended meanwhile', async () => {
  const { sweep, old, signature, request, stop } = await signedAboutToGo()
  sweep.moments.onceBefore('deleteManifest', stop)
  await sweep.execute(request)
  sweep.killSwitch.on = false

  sweep.cluster.change('ImageCleanupPolicy', 'cleanup', { spec: { ...policySpec, suspend: true } })
  sweep.pass(1000)
  await sweep.sweep(1)
  await sweep.sync()
  expect((await sweep.image(old.digest))?.change.action).toBe('image-gone')
  sweep.cluster.change('ImageCleanupPolicy', 'cleanup', { spec: policySpec })
  sweep.rerun('2')
  await sweep.sweep(4)

  expect(await sweep.holds(signature.digest)).toBe(false)
})
