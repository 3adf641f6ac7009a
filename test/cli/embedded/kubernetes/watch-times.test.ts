import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { coreResources } from '../../../../cli/embedded/kubernetes/core-resources.ts'
import { ObjectStore } from '../../../../cli/embedded/kubernetes/object-store.ts'
import { answerWatch } from '../../../../cli/embedded/kubernetes/watch.ts'

const [namespaces, secrets] = ['namespaces', 'secrets'].map(plural => {
  const found = coreResources.find(type => type.plural === plural)
  if (!found) throw new Error(`expected the kind ${plural}, got none`)
  return found
}) as [(typeof coreResources)[number], (typeof coreResources)[number]]

let folder: string
let store: ObjectStore
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watch-times-'))
  store = new ObjectStore(join(folder, 'objects.jsonl'), 100)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
})
afterEach(async () => {
  vi.useRealTimers()
  store.close()
  await rm(folder, { recursive: true })
})

/** Changes something that the watches of these tests do not tell of. */
const changeElsewhere = () =>
  store.put(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'default', name: 'pull' } } as never)

/** A watch of all namespaces, from now; `events` are those so far. */
function follow(query: string) {
  const from = `resourceVersion=${store.resourceVersion}`
  const stream = answerWatch(store, namespaces, undefined, new URLSearchParams(`${from}&${query}`), undefined)
  const watching = { events: [] as { type: string; object: object }[], isOver: false }
  const read = async () => {
    const decoder = new TextDecoder()
    for await (const line of stream) watching.events.push(JSON.parse(decoder.decode(line)))
    watching.isOver = true
  }
  void read()
  return watching
}

describe('bookmarks of a watch', () => {
  it('tell how far it is each minute, and two seconds before its end', async () => {
    const watching = follow('allowWatchBookmarks=true&timeoutSeconds=100')
    changeElsewhere()

    const countAt = async (ms: number) => {
      await vi.advanceTimersByTimeAsync(ms)
      return watching.events.length
    }

    expect(await countAt(59_999)).toBe(0)
    expect(await countAt(1)).toBe(1)
    expect(watching.events[0]).toEqual({
      type: 'BOOKMARK',
      object: { kind: 'Namespace', apiVersion: 'v1', metadata: { resourceVersion: String(store.resourceVersion) } },
    })
    expect(await countAt(37_999)).toBe(1)
    expect(await countAt(1)).toBe(2)
    expect(await countAt(1_999)).toBe(2)
    expect(watching.isOver).toBe(false)
    await countAt(1)
    expect(watching).toMatchObject({ isOver: true, events: { length: 2 } })
  })

  it.each([
    ['where nothing happened since', 'allowWatchBookmarks=true&timeoutSeconds=100', () => undefined],
    ['in a watch that is too short', 'allowWatchBookmarks=true&timeoutSeconds=2', changeElsewhere],
    ['where nobody asked for them', 'allowWatchBookmarks=false&timeoutSeconds=100', changeElsewhere],
  ])('are not sent %s', async (_, query, act) => {
    const watching = follow(query)
    act()

    await vi.advanceTimersByTimeAsync(100_000)

    expect(watching).toEqual({ isOver: true, events: [] })
  })
})

describe('the end of a watch', () => {
  it.each([
    ['timeoutSeconds=0', 1_800_000],
    ['', 1_800_000],
    ['timeoutSeconds=7', 7_000],
  ])('with "%s" comes after %i ms', async (query, ms) => {
    const watching = follow(query)

    await vi.advanceTimersByTimeAsync(ms - 1)
    expect(watching.isOver).toBe(false)
    await vi.advanceTimersByTimeAsync(1)

    expect(watching.isOver).toBe(true)
  })

  it('does not come at once where it lies further off than a timer reaches', async () => {
    const watching = follow('timeoutSeconds=99999999')

    await vi.advanceTimersByTimeAsync(1_000_000)

    expect(watching.isOver).toBe(false)
  })
})
