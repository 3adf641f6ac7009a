import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freshFolder, removeFolder } from '../real/parts/background.ts'
import { deleteAll } from '../support/rulebook.ts'
import { sweepOnce, trackWhole } from './incidents/sweep-once.ts'
import { type Installation, startInstallation } from './installation.ts'
import { deploy, newScene } from './objects.ts'
import { answersFor, push, pushTags } from './world.ts'

const folder = freshFolder('other-names')
let installation: Installation
beforeAll(async () => {
  const grants = join(folder, 'grants.json')
  writeFileSync(grants, JSON.stringify(deleteAll))
  const hosts = ['--alias', 'registry.alias:5000', '--not-alias', 'registry.other:5000,ghcr.io']
  installation = await startInstallation({ flags: ['--grants', grants, '--min-grace', '1s', ...hosts] })
})
afterAll(async () => {
  await installation?.remove()
  removeFolder(folder)
})

it('I26 what runs stays, by whichever name of the registry, unless that is said to be another', async () => {
  const scene = await newScene(installation.world, 'names')
  const { repository } = scene
  await pushTags(scene, 'v1.1', 'v1.2', 'v1.3', 'v1.4')
  const indexed = await push(scene, { tag: 'v1.5', platforms: ['linux/amd64', 'linux/arm64'] })
  const mirrored = await push(scene, { tag: 'v1.6' })
  const another = await push(scene, { tag: 'v1.7' })
  await push(scene, { tag: 'v2.0' })
  await deploy(scene, 'by-alias', `registry.alias:5000/${repository}:v1.1`)
  await deploy(scene, 'by-unknown-host', `registry.internal:5000/${repository}:v1.2`)
  await deploy(scene, 'by-no-alias', `registry.other:5000/${repository}:v1.3`)
  await deploy(scene, 'by-child', `registry.internal:5000/${repository}@${indexed.children[1]?.digest}`)
  await deploy(scene, 'by-public-digest', `quay.io/${repository}@${mirrored.digest}`)
  await deploy(scene, 'by-digest-of-no-alias', `ghcr.io/${repository}@${another.digest}`)
  await trackWhole(scene)

  const { message } = await sweepOnce(scene, 'keep-newest', { keepRecent: 1 })

  expect(await answersFor(scene, 'v1.1', 'v1.2', 'v1.3', 'v1.4', 'v1.5', 'v1.6', 'v1.7', 'v2.0')).toEqual({
    'v1.1': 200,
    'v1.2': 200,
    'v1.3': 404,
    'v1.4': 404,
    'v1.5': 200,
    'v1.6': 200,
    'v1.7': 404,
    'v2.0': 200,
  })
  expect(message).toContain('a host that no registry is known by: kept')
  expect(message).not.toContain('registry.other')
})
