import { describe, expect, it, onTestFinished } from 'vitest'
import { connectClusters, keepClusters } from '../../../../shared/adapters/cluster/connect-clusters.ts'
import { createKubernetesCluster } from '../../../../shared/adapters/cluster/kubernetes-cluster.ts'
import type { SecretAge } from '../../../../shared/ports/platform.ts'
import { parseSettings } from '../../../../shared/settings.ts'
import { answerJson, kubeconfigFor, startScriptedApi, token } from './scripted-api.ts'
import { failureOf, wireObject } from './scripted-cluster.ts'

/** An API server that takes one token, behind a kubeconfig that is kept and another that stands in its place now. */
async function start() {
  const world = { taken: `Bearer ${token}`, writes: 0 }
  const api = await startScriptedApi((call, response) => {
    if (call.headers.authorization !== world.taken) return answerJson(response, 401, { reason: 'Unauthorized' })
    if (call.method !== 'GET') world.writes += 1
    answerJson(response, 200, wireObject('uid-1'))
  })
  onTestFinished(() => api.stop())
  const read: string[] = []
  const rotated = api.kubeconfig.replace(token, 'rotated')
  const cluster = (kubeconfig: string, now?: string) =>
    createKubernetesCluster({
      name: 'eu-1',
      kubeconfig,
      retryDelayMs: 1,
      renewKubeconfig: async () => {
        read.push('renewed')
        return now
      },
    })
  return { world, api, read, rotated, cluster }
}
const find = (cluster: ReturnType<typeof createKubernetesCluster>) => cluster.findObject('Repository', 'team', 'app')

describe('a kubeconfig that was replaced', () => {
  it('works at once where the server refuses the one before, with one read for all calls', async () => {
    const { world, api, read, rotated, cluster } = await start()
    world.taken = 'Bearer rotated'
    const one = cluster(api.kubeconfig, rotated)

    const found = await Promise.all([find(one), find(one), find(one)])
    found.push(await find(one))

    expect(found.map(object => object?.metadata.uid)).toEqual(['uid-1', 'uid-1', 'uid-1', 'uid-1'])
    expect(read).toEqual(['renewed'])
  })

  it('works at once for a write, which is done once', async () => {
    const { world, api, rotated, cluster } = await start()
    world.taken = 'Bearer rotated'
    const one = cluster(api.kubeconfig, rotated)
    const object = await find(one)
    world.writes = 0
    if (object) await cluster(api.kubeconfig, rotated).annotate(object, { a: 'b' })

    expect(world.writes).toBe(1)
  })

  it.each(['https://api.invalid', 'http://127.0.0.1:1'])(
    'works at once for a read of a server that moved from %s',
    async from => {
      const { api, cluster } = await start()

      const found = await find(cluster(kubeconfigFor(from), api.kubeconfig))

      expect(found?.metadata.uid).toBe('uid-1')
    },
  )

  it('is told as the server told it where it is the same, is gone, or is none', async () => {
    const { world, api, cluster } = await start()
    world.taken = 'Bearer another'

    for (const now of [api.kubeconfig, undefined, 'no kubeconfig'])
      expect(await failureOf(find(cluster(api.kubeconfig, now)))).toMatchObject({
        name: 'AccessDeniedError',
        message: expect.stringContaining('401'),
      })
  })
})

it('does not repeat a write that may have been done', async () => {
  let writes = 0
  const api = await startScriptedApi((_, response) => {
    writes += 1
    response.destroy()
  })
  onTestFinished(() => api.stop())
  const { rotated, cluster } = await start()
  const object = await find(cluster(rotated.replace('rotated', token)))

  if (object)
    await failureOf(cluster(api.kubeconfig, api.kubeconfig.replace(token, 'rotated')).annotate(object, { a: 'b' }))

  expect(writes).toBe(1)
})

describe('clusters of the settings', () => {
  const settings = parseSettings({ clusters: [{ name: 'eu-1', kubeconfigSecret: 'k', executorKubeconfigSecret: 'e' }] })
  const secretsOf = (kubeconfig: string, ages: SecretAge[]) => ({
    findSecret: async (_: string, age: SecretAge = 'usual') => {
      ages.push(age)
      return kubeconfig
    },
  })

  it.each([
    ['reader', 'kept'],
    ['executor', 'usual'],
  ] as const)('of the %s read their kubeconfig as %s, and anew once it is refused', async (user, age) => {
    const { world, api } = await start()
    world.taken = 'Bearer another'
    const ages: SecretAge[] = []

    const [cluster] = await connectClusters(settings, secretsOf(api.kubeconfig, ages), user)
    if (cluster) await failureOf(find(cluster))

    expect(ages).toEqual([age, 'anew'])
  })

  it('are the same from invocation to invocation while nothing of them changed', async () => {
    const { api, rotated } = await start()
    const create = keepClusters()
    const connect = async (kubeconfig: string) =>
      (await connectClusters(settings, secretsOf(kubeconfig, []), 'reader', create))[0]

    const [first, second, third] = [
      await connect(api.kubeconfig),
      await connect(api.kubeconfig),
      await connect(rotated),
    ]

    expect(second).toBe(first)
    expect(third).not.toBe(first)
  })
})
