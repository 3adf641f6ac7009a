import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { waitUntil } from '../real/parts/wait-until.ts'
import type { Installation } from './installation.ts'
import { newScene, statusOf, sweep, synced, track } from './objects.ts'
import { endedRun, trackPushed } from './sweep.ts'
import { push, pushTags } from './world.ts'

/** What the log says, of everything that runs: each line with the function that wrote it. */
const linesOf = ({ logFile }: Installation) =>
  readFileSync(logFile, 'utf8')
    .split('\n')
    .map(line => ({ line, name: line.slice(9).split(' ', 1)[0] ?? '' }))

/** The functions that logged a line with all of these texts. */
const tellersOf = (installation: Installation, ...texts: readonly string[]): string[] => [
  ...new Set(
    linesOf(installation)
      .filter(({ line }) => texts.every(text => line.includes(text)))
      .map(({ name }) => name),
  ),
]

const allOf = (tellers: readonly string[], names: readonly string[]) =>
  names.every(name => tellers.includes(name)) || undefined

/** What an operator sees who follows one push, or one run, through the logs of every function. */
export function followedScenarios(installation: () => Installation): void {
  describe.concurrent('in the logs', () => {
    it('one key is that of a push, from the webhook to the status', async () => {
      const scene = await newScene(installation().world, 'followed')
      await push(scene, { tag: 'v1', seed: 'first' })
      await track(scene, 'v1')
      await synced(scene, 'v1')

      const second = await push(scene, { tag: 'v1', seed: 'second' })
      await statusOf(scene, 'v1', 'the second push', ({ digest }) => digest === second.digest)

      const key = await waitUntil(
        () =>
          linesOf(installation())
            .filter(({ line, name }) => name === 'sync' && line.includes(scene.repository) && / synced /.test(line))
            .map(({ line }) => /correlation_id=([0-9a-f-]{36})/.exec(line)?.[1])
            .find(found => found !== undefined),
        { what: 'the key of the push in the log of sync' },
      )
      const names = ['webhook', 'sync', 'reconcile']
      const isTold = () => allOf(tellersOf(installation(), `correlation_id=${key}`), names)
      await expect(waitUntil(isTold, { what: `${key} in the logs of ${names}` })).resolves.toBe(true)
    })

    it('one name is that of a run, from its plan to its deletions', async () => {
      const scene = await newScene(installation().world, 'followed-run')
      await pushTags(scene, 'v1', 'v2')
      await trackPushed(scene, ['v1', 'v2'])

      await sweep(scene, 'keep-one', { keepRecent: 1 })
      const { run } = await endedRun(scene, 'keep-one')

      const names = ['sweep-plan', 'sweep-execute']
      const isTold = () => allOf(tellersOf(installation(), `run=${run}`), names)
      await expect(waitUntil(isTold, { what: `${run} in the logs of ${names}` })).resolves.toBe(true)
    })

    it('nothing is said of the secret of the webhooks', () => {
      expect(readFileSync(installation().logFile, 'utf8')).not.toContain(installation().world.webhookSecret)
    })
  })
}
