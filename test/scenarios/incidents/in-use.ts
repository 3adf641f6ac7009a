import type { KubernetesObject } from '@kubernetes/client-node'
import { expect, it } from 'vitest'
import { waitUntil } from '../../real/parts/wait-until.ts'
import { deploy, merge, newScene, statusOf, track } from '../objects.ts'
import { missingFrom } from '../pull.ts'
import { answersFor, push, pushTags, type Scene, type World } from '../world.ts'
import { readAgain, sweepOnce, trackWhole } from './sweep-once.ts'
import { create, reportRunning, type Template, templateOf, workloads } from './workloads.ts'

const imageOf = ({ world, repository }: Scene, reference: string) =>
  `${world.registryHost}/${repository}${reference.startsWith('sha256:') ? '@' : ':'}${reference}`

/** I6, I8 and I14: what runs, and by which name. I7 is replayed in `ecr.slow.test.ts`, where Lambda and ECS are at home. */
export function inUseIncidents(world: () => World): void {
  it('I6 the digest that a Pod runs stays when its tag was pushed anew and the Pod still names the tag', async () => {
    const scene = await newScene(world(), 'running')
    const first = await push(scene, { tag: 'v1', seed: 'first', platforms: ['linux/amd64', 'linux/arm64'] })
    const forgotten = await push(scene, { tag: 'v0', seed: 'forgotten' })
    await trackWhole(scene)
    await create(scene, 'v1', 'Pod', 'app', templateOf(imageOf(scene, 'v1')).spec)
    await reportRunning(scene, 'app', imageOf(scene, 'v1'), `docker-pullable://${imageOf(scene, first.digest)}`)
    await push(scene, { tag: 'v1', seed: 'second' })
    await push(scene, { tag: 'v2' })
    await readAgain(scene)

    await sweepOnce(scene, 'keep-newest', { keepRecent: 1 })

    expect(await missingFrom(scene, first.digest)).toEqual([])
    expect(await answersFor(scene, 'v1', 'v2', forgotten.digest)).toEqual({ v1: 200, v2: 200, [forgotten.digest]: 404 })
  })

  it('I6 the index stays of which a Pod runs one platform by the digest of that', async () => {
    const scene = await newScene(world(), 'platform')
    const old = await push(scene, { tag: 'v1', platforms: ['linux/amd64', 'linux/arm64'] })
    await pushTags(scene, 'v2', 'v3')
    await trackWhole(scene)
    await create(scene, 'v1', 'Pod', 'app', templateOf(imageOf(scene, old.children[1]?.digest ?? '')).spec)

    await sweepOnce(scene, 'keep-newest', { keepRecent: 1 })

    expect(await missingFrom(scene, 'v1')).toEqual([])
    expect(await answersFor(scene, 'v2', 'v3')).toEqual({ v2: 404, v3: 200 })
  })

  it('I8 tags named for environments stay with all that runs in them, whatever is newer', async () => {
    const scene = await newScene(world(), 'environments')
    for (const [tag, version] of [
      ['prod', 'v1'],
      ['uat', 'v2'],
      ['qa', 'v3'],
    ] as const) {
      await push(scene, { tag: version, seed: version })
      await push(scene, { tag, seed: version })
    }
    await pushTags(scene, 'v4', 'v5', 'nobody')
    await deploy(scene, 'production', imageOf(scene, 'prod'))
    await deploy(scene, 'acceptance', imageOf(scene, 'uat'), 0)
    await trackWhole(scene)
    await push(scene, { tag: 'newest' })
    await readAgain(scene)

    await sweepOnce(scene, 'keep-newest', { keepRecent: 1 })

    expect(await answersFor(scene, 'prod', 'v1', 'uat', 'v2', 'qa', 'v3', 'v5')).toEqual({
      prod: 200,
      v1: 200,
      uat: 200,
      v2: 200,
      qa: 200,
      v3: 200,
      v5: 200,
    })
    expect(await answersFor(scene, 'v4', 'nobody')).toEqual({ v4: 404, nobody: 404 })
  })

  it('I8 each kind of workload protects what it names, in every kind of container', async () => {
    const scene = await newScene(world(), 'kinds')
    const kinds = Object.entries(workloads)
    const tags = [...kinds.map(([kind]) => kind.toLowerCase()), 'init', 'unused']
    for (const tag of tags) await push(scene, { tag })
    await push(scene, { tag: 'v1' })
    for (const [kind, [apiVersion, specOf]] of kinds) {
      const template: Template = templateOf(imageOf(scene, kind.toLowerCase()))
      if (kind === 'Job') template.spec.initContainers = [{ name: 'first', image: imageOf(scene, 'init') }]
      await create(scene, apiVersion, kind, kind.toLowerCase(), specOf(template))
    }
    await trackWhole(scene)

    await sweepOnce(scene, 'nothing-else', { keepRecent: 0, keepTags: ['v1'] })

    expect(await answersFor(scene, ...tags)).toEqual({
      ...Object.fromEntries(tags.map(tag => [tag, 200])),
      unused: 404,
    })
  })

  it('I14 the image that a rollout is leaving stays until it has left, without any history to roll back to', async () => {
    const scene = await newScene(world(), 'rollout')
    await pushTags(scene, 'v1', 'v2', 'v3')
    await deploy(scene, 'app', imageOf(scene, 'v1'))
    await trackWhole(scene)
    await create(scene, 'v1', 'Pod', 'app-old', templateOf(imageOf(scene, 'v1')).spec)
    await rollOut(scene, 'app', imageOf(scene, 'v3'))

    await sweepOnce(scene, 'keep-newest', { keepRecent: 1 })

    expect(await answersFor(scene, 'v1', 'v2', 'v3')).toEqual({ v1: 200, v2: 404, v3: 200 })
  })

  it('I14 an image goes only after the last thing that ran it is gone', async () => {
    const scene = await newScene(world(), 'left')
    await pushTags(scene, 'v1', 'v2')
    const pod = await create(scene, 'v1', 'Pod', 'app', templateOf(imageOf(scene, 'v1')).spec)
    await track(scene, 'v1')
    await trackWhole(scene)

    await sweepOnce(scene, 'while-it-runs', { keepRecent: 1 })
    const before = await answersFor(scene, 'v1')
    // Else a status of before the pod would pass for one of after it.
    await statusOf(scene, 'v1', 'that the pod uses it', ({ usage }) => (usage as { inUse?: boolean })?.inUse === true)
    await world().client.delete(pod, undefined, undefined, 0)
    await statusOf(scene, 'v1', 'that nothing uses it', ({ usage }) => (usage as { inUse?: boolean })?.inUse === false)
    await sweepOnce(scene, 'when-it-is-gone', { keepRecent: 1 })

    expect(before).toEqual({ v1: 200 })
    expect(await answersFor(scene, 'v1', 'v2')).toEqual({ v1: 404, v2: 200 })
  })
}

/** Changes the image of a Deployment that keeps no history, and waits until the new ReplicaSet is there. */
async function rollOut({ world, namespace }: Scene, name: string, image: string): Promise<void> {
  await merge(world, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name },
    spec: { revisionHistoryLimit: 0, template: { spec: { containers: [{ name: 'app', image }] } } },
  } as KubernetesObject)
  await waitUntil(
    async () => {
      const { items } = await world.client.list('apps/v1', 'ReplicaSet', namespace)
      return items.some(item => JSON.stringify(item).includes(image))
    },
    { what: `a ReplicaSet of ${image}` },
  )
}
