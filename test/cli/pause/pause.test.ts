import { SSMClient } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pauseStatusLines, readPauseStatus } from '../../../cli/pause/pause-status.ts'
import { pauseAll, pausePolicy, resumeAll, resumePolicy } from '../../../cli/pause/pause-sweeps.ts'
import { createKillSwitch } from '../../../shared/adapters/kill-switch/ssm-kill-switch.ts'
import { createKillSwitchControl } from '../../../shared/adapters/kill-switch/ssm-kill-switch-control.ts'
import { ConflictError, InvalidInputError, UnavailableError } from '../../../shared/errors.ts'
import { pauseAnnotation } from '../../../shared/objects/policy-object.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { at } from '../../support/records.ts'
import { createSweepFixture } from '../../support/sweep-fixture.ts'
import { clientOptions, testAws } from '../embedded/aws/embedded-aws.ts'
import { installationOf } from '../memory-installation.ts'

const killSwitchParameter = '/shelflife/sweeps'

/** The parameter on a real parameter endpoint: what sets it, and the switch as the functions read it. */
async function parameter() {
  const { endpoint } = await testAws()
  const client = new SSMClient(clientOptions(endpoint))
  const killSwitchControl = createKillSwitchControl(client, killSwitchParameter)
  return { killSwitchControl, killSwitchParameter, killSwitch: createKillSwitch(client, killSwitchParameter) }
}

describe('shelflife pause and resume of all sweeps', () => {
  it('F37 stop the functions and let them go on, and can be repeated', async () => {
    const { killSwitch, ...platform } = await parameter()
    await resumeAll(platform)

    const first = await pauseAll(platform)
    const paused = await killSwitch.isPaused()
    const second = await pauseAll(platform)
    const resumed = await resumeAll(platform)
    const again = await resumeAll(platform)

    expect(paused).toBe(true)
    expect(await killSwitch.isPaused()).toBe(false)
    expect(first[0]).toMatch(/^all sweeps are paused: nothing is marked or deleted/)
    expect(second[0]).toMatch(/^all sweeps were paused already since 20/)
    expect(resumed[0]).toMatch(/^sweeps run again/)
    expect(again[0]).toBe('sweeps were not paused')
    expect(first[1]).toContain('shelflife resume')
  })

  it('say plainly that a parameter which is missing stops them, and create it', async () => {
    const { killSwitchControl, ...platform } = await parameter()

    const before = await killSwitchControl.getState()
    await pauseAll({ ...platform, killSwitchControl })

    expect(before).toEqual({ isPaused: true })
    expect(await killSwitchControl.getState()).toMatchObject({
      isPaused: true,
      value: 'paused',
      changedAt: expect.any(Date),
    })
  })

  it('fail where the parameter store does not answer', async () => {
    const client = new SSMClient({ ...clientOptions('http://127.0.0.1:1'), maxAttempts: 1 })
    const control = createKillSwitchControl(client, killSwitchParameter)

    await expect(control.setPaused(true)).rejects.toBeInstanceOf(UnavailableError)
  })
})

describe('shelflife pause and resume of one policy', () => {
  let world: Loopback
  beforeAll(async () => {
    world = await startLoopback()
  })
  afterAll(() => world.close())

  const paused = () => {
    const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
    sweep.policy()
    const installation = installationOf(world, sweep, { mayWrite: true })
    const annotation = () => sweep.cluster.get('ImageCleanupPolicy', 'cleanup')?.metadata.annotations[pauseAnnotation]
    return { sweep, installation, annotation }
  }

  it('set and remove its annotation, and can be repeated', async () => {
    const { sweep, installation, annotation } = paused()

    const first = await pausePolicy('team/cleanup', installation, at(0))
    const set = annotation()
    const second = await pausePolicy('team/cleanup', installation, at(60))
    const writesOfPausing = sweep.cluster.writes.annotate
    const resumed = await resumePolicy('eu-1/team/cleanup', installation)
    const again = await resumePolicy('team/cleanup', installation)

    expect(set).toBe('2026-01-01T00:00:00Z by person alice')
    expect(first[0]).toContain('policy eu-1/team/cleanup is paused')
    expect(second[0]).toBe('policy eu-1/team/cleanup was paused already: 2026-01-01T00:00:00Z by person alice')
    expect(writesOfPausing).toBe(1)
    expect(annotation()).toBeUndefined()
    expect(resumed[0]).toContain('policy eu-1/team/cleanup runs again')
    expect(again).toEqual(['policy eu-1/team/cleanup was not paused'])
  })

  it('F27 read the object again where it moved on, once', async () => {
    const { sweep, installation, annotation } = paused()
    const [cluster] = await installation.connectClusters()
    let conflicts = 0
    const moving = Object.assign(Object.create(cluster ?? null), {
      annotate: async (...args: Parameters<typeof sweep.cluster.annotate>) => {
        if (conflicts++ === 0) throw new ConflictError('it moved on')
        await sweep.cluster.annotate(...args)
      },
    })

    await pausePolicy('team/cleanup', { ...installation, connectClusters: async () => [moving] }, at(0))

    expect(conflicts).toBe(2)
    expect(annotation()).toBe('2026-01-01T00:00:00Z by person alice')
  })

  it('tell what stops it all the same', async () => {
    const { sweep, installation } = paused()
    sweep.killSwitch.on = true
    await pausePolicy('team/cleanup', installation, at(0))

    const resumed = await resumePolicy('team/cleanup', installation)

    expect(resumed).toContain('all sweeps are paused all the same; continue with: shelflife resume')
  })

  it('refuse a policy that is not there, with those that are', async () => {
    const { installation } = paused()

    const pausing = pausePolicy('team/clean', installation, at(0))

    await expect(pausing).rejects.toThrow('found no team/clean; there are team/cleanup')
    await expect(pausing).rejects.toBeInstanceOf(InvalidInputError)
  })

  it('show in the status what is stopped and by what', async () => {
    const { sweep, installation } = paused()
    sweep.cluster.put('ImageCleanupPolicy', 'other', { keepRecent: 1, suspend: true, dryRun: true })
    await pausePolicy('team/cleanup', installation, at(0))

    const lines = pauseStatusLines(await readPauseStatus(installation))

    expect(lines).toEqual([
      'sweeps are running: SSM parameter /shelflife/sweeps is "running"',
      'policy eu-1/team/cleanup is stopped by annotation theriseunion.io/pause: 2026-01-01T00:00:00Z by person alice',
      'policy eu-1/team/other is stopped by spec.suspend and by spec.dryRun',
    ])
  })
})
