import { afterAll, beforeAll, expect, it } from 'vitest'
import { explainLive } from '../../../cli/explain/run-explain.ts'
import { listShownChanges } from '../../../cli/history/run-history.ts'
import { installationOf } from '../../cli/memory-installation.ts'
import { useFakeAwsCredentials } from '../../shared/adapters/registry/ecr/fake-ecr.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { at } from '../../support/records.ts'
import { archivePolicy, day, passDays, restoreIn, startEcr } from './ecr-world.ts'

/** The archive of ECR, stood in for by `EcrRepository`; real is all else, as in `ecr.slow.test.ts`. */
let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())
useFakeAwsCredentials()

it('I32 what a policy archived in weeks of unusedDays is alarmed when a workload wants it, and comes back whole', async () => {
  const ecr = await startEcr(local)
  const { images, sweep, world } = ecr
  const amd64 = images.push(undefined, 'amd64', at(0))
  const wanted = images.push('v1', 'index', at(0), [amd64])
  const forgotten = images.push('v2', 'forgotten', at(0))
  archivePolicy(sweep, { unusedDays: 14 })
  const explained = async () => explainLive(`${sweep.repository}:v1`, installationOf(world, sweep), sweep.now())
  const statuses = () => [wanted, amd64, forgotten].map(digest => images.statusOf(digest))

  const weeks: string[][] = []
  for (let week = 1; week <= 4; week++) {
    await passDays(sweep, 7)
    images.push(`build-${week}`, `build ${week}`, at(week * 7 * day))
    await sweep.sync()
    sweep.rerun(`week ${week}`)
    await sweep.sweep()
    weeks.push(statuses())
  }
  const archived = await explained()
  const isBuildThere = images.statusOf(images.push('build-4', 'build 4', at(28 * day)))

  sweep.cluster.run('web', `${sweep.repository}:v1`)
  await sweep.inventories()
  sweep.rerun('wanted')
  await sweep.sweep()
  const alarmed = await explained()

  const things = await restoreIn(ecr, ':v1')
  await passDays(sweep, 0)
  const coming = await explained()
  for (const digest of [wanted, amd64]) images.activate(digest)
  await passDays(sweep, 1)
  const back = await explained()
  sweep.rerun('after')
  await sweep.sweep()

  const [whole, gone] = ['ACTIVE', 'ARCHIVED']
  expect(weeks).toEqual([
    [whole, whole, whole],
    [gone, gone, gone],
    [gone, gone, gone],
    [gone, gone, gone],
  ])
  expect(isBuildThere).toBe(whole)
  const policy = `${sweep.cluster.name}/team/cleanup`
  expect(archived).toMatchObject({ state: 'kept', image: { storage: 'archived', archivedBy: policy } })
  expect(archived.summary).toBe('kept: archived in its registry already')
  expect(alarmed.inDanger).toEqual([
    expect.stringMatching(
      new RegExp(`is archived in its registry, by policy ${policy}: a pull of it fails until it is back`),
    ),
  ])
  expect(things.map(({ outcome }) => outcome)).toEqual(['restored', 'restored', 'present'])
  expect(coming.inDanger).toEqual([expect.stringContaining('on its way out of the archive')])
  expect(back.inDanger).toBeUndefined()
  expect(statuses()).toEqual([whole, whole, gone])
  const history = await listShownChanges(
    { image: `${sweep.repository}:v1`, now: sweep.now() },
    installationOf(world, sweep),
  )
  expect(history.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['marked', 'deletion-started', 'archived', 'restore-started', 'restored']),
  )
  expect(history.find(({ action }) => action === 'archived')).toMatchObject({
    actor: `policy ${policy}`,
    run: expect.stringContaining(`${policy}/`),
  })
})
