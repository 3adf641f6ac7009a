import v8 from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { runningPods } from './watched-pods.ts'

v8.setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const amount = 4_000

/** Replicas of one another, each with so many volumes. */
const replicas = (volumes: number) =>
  Array.from({ length: amount }, (_, at) => ({
    metadata: { name: `web-${at}`, namespace: 'production', uid: `uid-${at}`, resourceVersion: '5' },
    spec: {
      containers: [{ name: 'main', image: 'registry.example.com/app:v1' }],
      volumes: Array.from({ length: volumes }, (_, volume) => ({ name: `volume-${volume}`, emptyDir: {} })),
    },
  }))

/** Bytes that a cluster holds once it was looked at. */
async function keptOf(volumes: number) {
  const { state, cluster, images } = await runningPods()
  state.pods = replicas(volumes)
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  expect(await images()).toHaveLength(amount)
  collectGarbage()
  return { bytes: process.memoryUsage().heapUsed - before, cluster }
}

it('a view keeps of a Pod its name and images, however much else there is of it', async () => {
  await keptOf(0)

  const small = await keptOf(0)
  const large = await keptOf(60)

  expect(large.bytes / small.bytes).toBeLessThan(2)
})
