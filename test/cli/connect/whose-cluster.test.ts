import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { approvePlan } from '../../../cli/approve/approve-plan.ts'
import type { Installation } from '../../../cli/connect/installation.ts'
import { pausePolicy, resumePolicy } from '../../../cli/pause/pause-sweeps.ts'
import { planTracking } from '../../../cli/track/track-repositories.ts'
import { AccessDeniedError } from '../../../shared/errors.ts'
import { approveAnnotation, pauseAnnotation } from '../../../shared/objects/policy-object.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { at } from '../../support/records.ts'
import { createSweepFixture } from '../../support/sweep-fixture.ts'
import { installationOf } from '../memory-installation.ts'

const own = '123456789012/eu-west-1/shelflife'
const other = '123456789012/eu-west-1/dev'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** A paused policy in a cluster with this holder of its Lease; counts who asks for it. */
async function held(findHolder: () => Promise<string | undefined>) {
  const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
  const asked = { times: 0 }
  sweep.cluster.findHolder = () => {
    asked.times += 1
    return findHolder()
  }
  sweep.policy()
  await sweep.inventories()
  const installation = installationOf(world, sweep, { mayWrite: true })
  const annotations = () => sweep.cluster.get('ImageCleanupPolicy', 'cleanup')?.metadata.annotations ?? {}
  const pause = () => pausePolicy('team/cleanup', installation, at(0))
  return { sweep, installation, asked, annotations, pause }
}

type Held = Awaited<ReturnType<typeof held>>

const commands: [string, string, (held: Held) => Promise<unknown>][] = [
  ['resume', 'nothing was resumed', ({ installation }) => resumePolicy('team/cleanup', installation)],
  [
    'approve',
    'nothing was approved',
    ({ installation, sweep }) => approvePlan({ policy: 'team/cleanup', now: sweep.now() }, installation),
  ],
  ['track', 'nothing was planned', ({ installation }) => track(installation)],
]

const track = (installation: Installation) =>
  planTracking({ pattern: `${world.host}/team/app`, namespace: 'team' }, installation)

describe('in a cluster of another installation', () => {
  it.each(commands)(
    'shelflife %s is refused with both names and a way on, and writes nothing',
    async (_, undone, run) => {
      const place = await held(async () => other)
      await place.pause()
      const before = [place.annotations(), place.sweep.cluster.writes.annotate]
      place.asked.times = 0

      const refused = await run(place).catch((error: unknown) => error)

      expect(refused).toBeInstanceOf(AccessDeniedError)
      expect(String(refused)).toContain(`cluster eu-1 belongs to installation ${other}, and this is ${own}: ${undone}`)
      expect(String(refused)).toContain('kubectl patch lease shelflife -n default')
      expect([place.annotations(), place.sweep.cluster.writes.annotate]).toEqual(before)
      expect(place.asked.times).toBe(1)
    },
  )

  it('shelflife pause stops the policy all the same, and says whose it is', async () => {
    const place = await held(async () => other)

    const lines = await place.pause()
    const again = await place.pause()

    expect(place.annotations()).toHaveProperty([pauseAnnotation])
    const said = `it is of installation ${other}, to which cluster eu-1 belongs`
    expect(lines).toContain(said)
    expect(again).toContain(said)
  })
})

describe('in a cluster of its own, or of nobody', () => {
  it.each([own, undefined])('held by %s every command does its work', async holder => {
    const place = await held(async () => holder)
    await place.pause()

    const lines = await resumePolicy('team/cleanup', place.installation)
    const { doubts } = await track(place.installation)
    const approved = await approvePlan({ policy: 'team/cleanup', now: place.sweep.now() }, place.installation)

    expect(lines[0]).toContain('runs again')
    expect([lines.length, doubts]).toEqual([1, []])
    expect(approved).toEqual(['nothing of policy eu-1/team/cleanup waits for approval'])
    expect(place.annotations()).not.toHaveProperty([approveAnnotation])
  })

  it('a Lease that may not be read stops nobody, and is told', async () => {
    const place = await held(() => Promise.reject(new AccessDeniedError('cluster eu-1: leases may not be read')))
    await place.pause()

    const lines = await resumePolicy('team/cleanup', place.installation)

    expect(lines[0]).toContain('runs again')
    expect(lines.at(-1)).toBe('whose cluster eu-1 is could not be read: cluster eu-1: leases may not be read')
  })
})
