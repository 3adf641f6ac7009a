import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from '../real/parts/run.ts'
import { type Installation, startInstallation } from './installation.ts'
import { namesOf, newScene, sweep, synced } from './objects.ts'
import { endedRun, trackPushed } from './sweep.ts'
import { answersFor, pushTags } from './world.ts'

const launcher = new URL('../../cli/shelflife.js', import.meta.url).pathname

let installation: Installation
beforeAll(async () => {
  installation = await startInstallation()
})
afterAll(() => installation?.remove())

it('what was pushed shows in the cluster, is deleted by a policy, and comes back by the command', async () => {
  const scene = await newScene(installation.world, 'first')
  const { v1 } = await pushTags(scene, 'v1', 'v2')
  await trackPushed(scene, ['v1', 'v2'])

  await sweep(scene, 'keep-one', { keepRecent: 1 })
  const ended = await endedRun(scene, 'keep-one')
  const deleted = await answersFor(scene, 'v1', 'v2')
  const image = `${scene.world.registryHost}/${scene.repository}:v1`
  const restored = await run(process.execPath, [launcher, 'restore', image, '--data', installation.dataDir])

  expect(ended).toMatchObject({ result: 'Success', deleted: 1 })
  expect(deleted).toEqual({ v1: 404, v2: 200 })
  expect(restored, restored.stdout).toMatchObject({ stderr: '', exitCode: 0 })
  expect(await answersFor(scene, 'v1', 'v2')).toEqual({ v1: 200, v2: 200 })
  expect(await namesOf(scene, 'Repository')).toEqual(['v1', 'v2'])
  expect(await synced(scene, 'v1')).toMatchObject({ digest: v1?.digest })
})
