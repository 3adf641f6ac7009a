import { describe, expect, it } from 'vitest'
import { UnavailableError } from '../../../../shared/errors.ts'
import { answerJson, statusBody } from './scripted-api.ts'
import { failureOf } from './scripted-cluster.ts'
import {
  type Answer,
  aSecondMs,
  fewPods,
  first,
  lineOf,
  pod,
  runningPods,
  second,
  secondAdded,
  whole,
} from './watched-pods.ts'

const refused: Answer = response => answerJson(response, 403, statusBody(403, 'Forbidden'))

describe('a view of a cluster', () => {
  it('lists once, and is then told what was added, changed and deleted', async () => {
    const { state, images } = await runningPods(
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

  it('lists again what is few, and watches what is more', async () => {
    const { state, images } = await fewPods(1)

    await images()
    state.pods.push(pod('second', 'registry.example.com/app:v2', 8))
    expect(await images()).toEqual([first, second])
    expect([state.lists, state.watches]).toEqual([2, 0])

    expect(await images()).toEqual([first, second])
    expect([state.lists, state.watches]).toEqual([2, 1])
  })

  it('asks from where the last watch ended', async () => {
    const asked: (string | null)[] = []
    const note =
      (answer: Answer): Answer =>
      (response, call) => {
        asked.push(new URL(call.url, 'http://localhost').searchParams.get('resourceVersion'))
        answer(response, call)
      }
    const { state, images } = await runningPods(note(whole(secondAdded)), note(whole()))
    state.version = 7

    await images()
    state.version = 8
    await images()
    await images()

    expect(asked).toEqual(['7', '8'])
  })

  it('is told nothing where what it knows is young enough', async () => {
    const { state, images } = await runningPods(whole(secondAdded))

    await images()

    expect(await images(60_000)).toEqual([first])
    expect([state.lists, state.watches]).toEqual([1, 0])
  })

  it('is one answer for all that a look asks for', async () => {
    const { state, cluster } = await runningPods()
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
    const { state, images } = await runningPods(odd, odd, odd)
    await images()
    state.pods.push(pod('second', 'registry.example.com/app:v2', 8))

    expect(await images()).toEqual([first, second])
    expect([state.lists, state.watches]).toEqual([2, 3])
  })

  it('goes on where a watch was cut once', async () => {
    const { state, images } = await runningPods(cut, whole(secondAdded))
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
    const { state, images } = await runningPods(answer)
    await images()
    state.pods.push(pod('second', 'registry.example.com/app:v2', 8))

    expect(await images()).toEqual([first, second])
    expect(state.lists).toBe(2)
  })

  it('lists again where the cluster was set back to a backup, whose watch tells nothing', async () => {
    const { state, images } = await runningPods()
    await images()
    state.version = 9
    state.pods = [pod('restored', 'registry.example.com/app:v0', 4)]

    expect(await images()).toEqual(['restored registry.example.com/app:v0'])
    expect(state.lists).toBe(2)
  })

  it('fails while the server fails, and knows nothing less afterwards', async () => {
    const unavailable: Answer = response => answerJson(response, 429, statusBody(429, 'TooManyRequests'))
    const { state, images } = await runningPods(unavailable, whole(secondAdded))
    await images()

    expect(await failureOf(images())).toBeInstanceOf(UnavailableError)
    expect(await images()).toEqual([first, second])
    expect(state.lists).toBe(1)
  })

  it('gives those who ask side by side nothing that began before they asked', async () => {
    const { state, images } = await runningPods(whole(), whole(secondAdded))
    await images()

    const [before, after] = await Promise.all([images(), images()])

    expect([before, after]).toEqual([[first], [first, second]])
    expect([state.lists, state.watches]).toEqual([1, 2])
  })
})
