import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { UnavailableError } from '../../../../shared/errors.ts'
import { answerJson, type ReceivedCall, statusBody } from './scripted-api.ts'
import { clusterThat, failureOf } from './scripted-cluster.ts'

const pod = (name: string, image: string, version: number) => ({
  metadata: { name, namespace: 'production', uid: `uid-of-${name}`, resourceVersion: String(version) },
  spec: { containers: [{ name: 'main', image }] },
})

const lineOf = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`

type Answer = (response: ServerResponse, call: ReceivedCall) => void

/** For the second that a server is asked for. */
const aSecondMs = 60

/** Ends as a server does when the time that it was asked for is over. */
const whole =
  (...lines: string[]): Answer =>
  response => {
    response.writeHead(200).write(lines.join(''))
    setTimeout(() => response.end(), aSecondMs)
  }
const refused: Answer = response => answerJson(response, 403, statusBody(403, 'Forbidden'))

/**
 * A cluster that runs Pods and nothing else. Its other kinds change nothing; a watch of Pods is answered by each of the given
 * answers once, and then by none of the changes. `version` is what it is at.
 */
async function running(...watches: Answer[]) {
  const state = {
    version: 10,
    pods: [pod('first', 'registry.example.com/app:v1', 5)] as object[],
    lists: 0,
    watches: 0,
  }
  const { cluster } = await clusterThat(
    (call, response) => {
      const url = new URL(call.url, 'http://localhost')
      const isPods = url.pathname === '/api/v1/pods'
      const metadata = { resourceVersion: String(state.version) }
      if (url.searchParams.get('watch') === null) {
        state.lists += isPods ? 1 : 0
        answerJson(response, 200, { kind: 'AnyList', metadata, items: isPods ? state.pods : [] })
      } else if (isPods) {
        state.watches += 1
        ;(watches.shift() ?? whole())(response, call)
      } else whole()(response, call)
    },
    undefined,
    { wholeWatchMs: aSecondMs / 2 },
  )
  const images = async (maxAgeMs = 0) =>
    (await cluster.view?.(maxAgeMs).listWorkloads())?.map(({ name, image }) => `${name} ${image}`).sort()
  return { state, cluster, images }
}

const first = 'first registry.example.com/app:v1'
const second = 'second registry.example.com/app:v2'
const secondAdded = lineOf('ADDED', pod('second', 'registry.example.com/app:v2', 8))

describe('a view of a cluster', () => {
  it('lists once, and is then told what was added, changed and deleted', async () => {
    const { state, images } = await running(
      whole(secondAdded),
      whole(
        lineOf('MODIFIED', pod('second', 'registry.example.com/app:v3', 11)),
        lineOf('DELETED', pod('first', 'registry.example.com/app:v1', 12)),
      ),
    )

    expect(await images()).toEqual([first])
    expect(await images()).toEqual([first, second])
    state.version = 12
    expect(await images()).toEqual(['second registry.example.com/app:v3'])
    expect([state.lists, state.watches]).toEqual([1, 2])
  })

  it('asks from where the last watch ended', async () => {
    const asked: (string | null)[] = []
    const note =
      (answer: Answer): Answer =>
      (response, call) => {
        asked.push(new URL(call.url, 'http://localhost').searchParams.get('resourceVersion'))
        answer(response, call)
      }
    const { state, images } = await running(note(whole(secondAdded)), note(whole()))
    state.version = 7

    await images()
    state.version = 8
    await images()
    await images()

    expect(asked).toEqual(['7', '8'])
  })

  it('is told nothing where what it knows is young enough', async () => {
    const { state, images } = await running(whole(secondAdded))

    await images()

    expect(await images(60_000)).toEqual([first])
    expect([state.lists, state.watches]).toEqual([1, 0])
  })

  it('is one answer for all that a look asks for', async () => {
    const { state, cluster } = await running()
    const view = cluster.view?.(0)

    await view?.listWorkloads()
    await view?.listWorkloads()

    expect([state.lists, state.watches]).toEqual([1, 0])
  })

  const early: Answer = response => {
    response.writeHead(200).end()
  }
  const cut: Answer = response => {
    response.writeHead(200).write('\n')
    setTimeout(() => response.destroy(), aSecondMs)
  }

  it.each<[string, Answer]>([
    ['is cut before its end', cut],
    ['ends too early', early],
  ])('lists again where each watch %s, since changes may be missing', async (_, odd) => {
    const { state, images } = await running(odd, odd, odd)
    await images()
    state.pods.push(pod('second', 'registry.example.com/app:v2', 8))

    expect(await images()).toEqual([first, second])
    expect([state.lists, state.watches]).toEqual([2, 3])
  })

  it('goes on where a watch was cut once', async () => {
    const { state, images } = await running(cut, whole(secondAdded))
    await images()

    expect(await images()).toEqual([first, second])
    expect([state.lists, state.watches]).toEqual([1, 2])
  })

  it.each<[string, Answer]>([
    ['may not be watched', refused],
    ['has forgotten the version', response => answerJson(response, 410, statusBody(410, 'Expired'))],
    ['says within the stream that it forgot', whole(lineOf('ERROR', statusBody(410, 'Expired')))],
    ['sends an object that cannot be read', whole(lineOf('ADDED', { metadata: { uid: 'odd', resourceVersion: '9' } }))],
    ['sends no JSON', whole('no JSON\n')],
  ])('lists again where the server %s', async (_, answer) => {
    const { state, images } = await running(answer)
    await images()
    state.pods.push(pod('second', 'registry.example.com/app:v2', 8))

    expect(await images()).toEqual([first, second])
    expect(state.lists).toBe(2)
  })

  it('lists again where the cluster was set back to a backup, whose watch tells nothing', async () => {
    const { state, images } = await running()
    await images()
    state.version = 9
    state.pods = [pod('restored', 'registry.example.com/app:v0', 4)]

    expect(await images()).toEqual(['restored registry.example.com/app:v0'])
    expect(state.lists).toBe(2)
  })

  it('fails while the server fails, and knows nothing less afterwards', async () => {
    const unavailable: Answer = response => answerJson(response, 429, statusBody(429, 'TooManyRequests'))
    const { state, images } = await running(unavailable, whole(secondAdded))
    await images()

    expect(await failureOf(images())).toBeInstanceOf(UnavailableError)
    expect(await images()).toEqual([first, second])
    expect(state.lists).toBe(1)
  })

  it('gives those who ask side by side nothing that began before they asked', async () => {
    const { state, images } = await running(whole(), whole(secondAdded))
    await images()

    const [before, after] = await Promise.all([images(), images()])

    expect([before, after]).toEqual([[first], [first, second]])
    expect([state.lists, state.watches]).toEqual([1, 2])
  })
})
