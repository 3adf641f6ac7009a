import { describe, expect, it } from 'vitest'
import { answerJson, statusBody } from './scripted-api.ts'
import {
  type Answer,
  aSecondMs,
  first,
  lineOf,
  pod,
  runningPods,
  runningPodsWithin,
  second,
  secondAdded,
  whole,
} from './watched-pods.ts'

/** Without a length and not in chunks: it ends with its connection. */
const untilClosed: Answer = response => {
  response.removeHeader('transfer-encoding')
  response.writeHead(200).write('\n')
  setTimeout(() => response.end(), aSecondMs)
}

describe('F44 a view of a cluster whose server is odd', () => {
  it('F44 goes on from the last whole line where a watch ends in time with half a line', async () => {
    const { state, images } = await runningPods(whole(secondAdded.slice(0, -20)), whole(secondAdded))
    await images()

    expect(await images()).toEqual([first, second])
    expect([state.lists, state.watches]).toEqual([1, 2])
  })

  it.each<[string, Answer]>([
    ['end with their connections, which may be cut', untilClosed],
    ['are not allowed', response => answerJson(response, 405, statusBody(405, 'MethodNotAllowed'))],
    ['are bad requests', response => answerJson(response, 400, statusBody(400, 'BadRequest'))],
    ['do not reach the version in time', response => answerJson(response, 504, statusBody(504, 'Timeout'))],
    ['say in the stream that they do not reach it', whole(lineOf('ERROR', statusBody(504, 'Timeout')))],
    ['are reset', response => void response.destroy()],
  ])('F44 lists again where watches %s', async (_, odd) => {
    const { state, images } = await runningPods(odd, odd, odd)
    await images()
    state.pods.push(pod('second', 'registry.example.com/app:v2', 8))

    expect(await images()).toEqual([first, second])
    expect(state.lists).toBe(2)
  })

  it('F44 lists again where something on the way holds watches back until nobody waits for them', async () => {
    const { state, images } = await runningPodsWithin(500, () => undefined)
    await images()
    state.pods.push(pod('second', 'registry.example.com/app:v2', 8))

    expect(await images()).toEqual([first, second])
    expect(state.lists).toBe(2)
  })

  it('F44 lists again after an event of a type to come, which may have changed anything', async () => {
    const renamed = lineOf('RENAMED', pod('second', 'registry.example.com/app:v2', 8))
    const { state, images } = await runningPods(whole(renamed))
    await images()
    state.pods.push(pod('second', 'registry.example.com/app:v2', 8))

    expect(await images()).toEqual([first, second])
    expect(state.lists).toBe(2)
  })

  it('F44 asks again after a watch in which the process was frozen, since much may have changed meanwhile', async () => {
    const thawed: Answer = (response, call) => {
      response.on('finish', () => {
        state.aheadMs += 10 * 60_000
      })
      whole()(response, call)
    }
    const { state, images } = await runningPods(thawed, whole(secondAdded))
    await images()

    expect(await images()).toEqual([first, second])
    expect([state.lists, state.watches]).toEqual([1, 2])
  })

  it.each([
    ['is version 0, from which a watch tells what a cache has', ['0']],
    ['has a version on its second page alone', [undefined, '9']],
    ['has an older second page', ['9', '7']],
  ])('F44 lists each time where the list %s', async (_, versions) => {
    const { state, images } = await runningPods()
    state.pages = versions.map((version, at) => ({ ...(version && { version }), pods: at === 0 ? state.pods : [] }))
    await images()
    state.pods.push(pod('second', 'registry.example.com/app:v2', 8))

    expect(await images()).toEqual([first, second])
    expect(state.lists).toBe(2)
  })

  it('F44 keeps two objects of one uid apart, also when one of them goes', async () => {
    const twin = (name: string) => ({
      metadata: { name, namespace: 'production', uid: 'shared', resourceVersion: '5' },
      spec: { containers: [{ name: 'main', image: `registry.example.com/app:${name}` }] },
    })
    const { state, images } = await runningPods(whole(lineOf('DELETED', twin('v2'))))
    state.pods = [twin('v1'), twin('v2')]

    expect(await images()).toEqual(['v1 registry.example.com/app:v1', 'v2 registry.example.com/app:v2'])
    expect(await images()).toEqual(['v1 registry.example.com/app:v1'])
    expect(state.lists).toBe(1)
  })

  it('F44 follows an object without a uid by its name', async () => {
    const nameless = (image: string) => ({
      metadata: { name: 'odd', namespace: 'production', resourceVersion: '5' },
      spec: { containers: [{ name: 'main', image }] },
    })
    const { state, images } = await runningPods(whole(lineOf('MODIFIED', nameless('registry.example.com/app:v2'))))
    state.pods = [nameless('registry.example.com/app:v1')]
    await images()

    expect(await images()).toEqual(['odd registry.example.com/app:v2'])
  })
})
