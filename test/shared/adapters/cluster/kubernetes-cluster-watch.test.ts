import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { AccessDeniedError, NotFoundError, UnavailableError } from '../../../../shared/errors.ts'
import type { Cluster, CustomObject, ObjectChange } from '../../../../shared/ports/cluster.ts'
import { waitUntil } from '../../../real/parts/wait-until.ts'
import { answerJson, type ReceivedCall, statusBody } from './scripted-api.ts'
import { clusterThat, failureOf } from './scripted-cluster.ts'

const objectOf = (name: string, resourceVersion: number, more: object = {}) => ({
  metadata: { name, namespace: 'production', uid: `uid-of-${name}`, resourceVersion: String(resourceVersion) },
  ...more,
})

const lineOf = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`

const added = (name: string, resourceVersion: number, more?: object): string =>
  lineOf('ADDED', objectOf(name, resourceVersion, more))

const bookmark = (resourceVersion: number): string =>
  lineOf('BOOKMARK', { kind: 'Repository', metadata: { resourceVersion: String(resourceVersion) } })

/** Watches from version 7, and says what was told and answered. */
async function watchFrom7(cluster: Cluster, signal?: AbortSignal) {
  const changes: ObjectChange[] = []
  const onChange = (change: ObjectChange) => void changes.push(change)
  const version = await cluster.watchObjects('Repository', '7', { seconds: 1, onChange, ...(signal && { signal }) })
  return { version, changes, told: changes.map(({ type, object }) => `${type} ${object.metadata.name}`) }
}

const stream = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'application/json' })

/** A cluster whose server answers a watch with these bytes, and ends it. */
const telling = (...chunks: (string | Buffer)[]) =>
  clusterThat((_, response) => {
    stream(response)
    for (const chunk of chunks) response.write(chunk)
    response.end()
  })

describe('a watch', () => {
  it('asks for bookmarks, from the version and for the time that it was told', async () => {
    const { cluster, api } = await telling()

    await cluster.watchObjects('ImageCleanupPolicy', '41', { seconds: 4.2, onChange: () => undefined })

    const url = new URL((api.calls[0] as ReceivedCall).url, api.url)
    expect(url.pathname).toBe('/apis/image.theriseunion.io/v1alpha1/imagecleanuppolicies')
    expect(Object.fromEntries(url.searchParams)).toEqual({
      watch: '1',
      allowWatchBookmarks: 'true',
      resourceVersion: '41',
      timeoutSeconds: '5',
    })
  })

  it('tells what was added, modified and deleted, and answers the version of the last bookmark', async () => {
    const status = { syncStatus: 'Success' }
    const { cluster } = await telling(
      added('one', 8),
      lineOf('MODIFIED', objectOf('one', 9, { status })),
      lineOf('DELETED', objectOf('one', 10, { status })),
      bookmark(12),
    )

    const { version, changes, told } = await watchFrom7(cluster)

    expect(told).toEqual(['present one', 'present one', 'gone one'])
    expect(changes[1]?.object).toMatchObject({ cluster: 'eu-1', kind: 'Repository', status })
    expect(version).toBe('12')
  })

  it('answers the version that it was given where nothing was told', async () => {
    const { cluster } = await telling('\n')

    expect(await watchFrom7(cluster)).toMatchObject({ version: '7', told: [] })
  })

  it('tells each change at once, and ends at its signal', async () => {
    const { cluster } = await clusterThat((_, response) => stream(response).write(added('one', 8)))
    const names: string[] = []
    const abort = new AbortController()
    const onChange = ({ object }: ObjectChange) => void names.push(object.metadata.name)

    const watching = cluster.watchObjects('Repository', '7', { seconds: 1_000, signal: abort.signal, onChange })
    await waitUntil(() => names.length > 0, { what: 'a change', intervalMs: 5 })
    abort.abort()

    expect(await watching).toBe('8')
    expect(names).toEqual(['one'])
  })

  it('ends at its signal also before the server answered', async () => {
    const { cluster, api } = await clusterThat(() => undefined)
    const abort = new AbortController()

    const watching = watchFrom7(cluster, abort.signal)
    await waitUntil(() => api.calls.length > 0, { what: 'a call', intervalMs: 5 })
    abort.abort()

    expect(await watching).toMatchObject({ version: '7', told: [] })
    expect(api.calls).toHaveLength(1)
  })

  it('ends with what onChange throws, and tells nothing more', async () => {
    const { cluster } = await telling(added('one', 8), added('two', 9))
    let calls = 0

    const watching = cluster.watchObjects('Repository', '7', {
      seconds: 1,
      onChange: () => {
        calls += 1
        throw new TypeError('the caller broke')
      },
    })

    await expect(watching).rejects.toThrow('the caller broke')
    expect(calls).toBe(1)
  })

  it('leaves out an object that cannot be read, and an event of a type to come', async () => {
    const { cluster } = await telling(
      lineOf('ADDED', objectOf('odd', 8, { status: 'none' })),
      lineOf('RENAMED', objectOf('new', 9)),
      added('one', 10),
      lineOf('MODIFIED', objectOf('odd', 11, { status: [] })),
    )

    expect(await watchFrom7(cluster)).toMatchObject({ version: '11', told: ['present one'] })
  })
})

describe('F44 a watch that breaks', () => {
  const expired = statusBody(410, 'Expired')

  it('F44 answers nothing after 410 as a status, asked once', async () => {
    const { cluster, api } = await clusterThat((_, response) => answerJson(response, 410, expired))

    expect(await watchFrom7(cluster)).toMatchObject({ version: undefined, told: [] })
    expect(api.calls).toHaveLength(1)
  })

  it('F44 answers nothing after 410 as an event, also after changes', async () => {
    const { cluster } = await telling(added('one', 8), lineOf('ERROR', expired), added('two', 9))

    expect(await watchFrom7(cluster)).toMatchObject({ version: undefined, told: ['present one'] })
  })

  it('F44 tells an event again that the server repeats', async () => {
    const { cluster } = await telling(added('one', 8), added('one', 8), lineOf('MODIFIED', objectOf('one', 8)))

    expect(await watchFrom7(cluster)).toMatchObject({ version: '8', told: Array(3).fill('present one') })
  })

  it.each([
    ['ended there', (response: ServerResponse) => response.end()],
    ['was lost', (response: ServerResponse) => response.destroy()],
  ])('F44 drops half a line after which the connection %s', async (_, cut) => {
    const { cluster } = await clusterThat((_call, response) => {
      const half = added('two', 9).slice(0, -20)
      stream(response).write(added('one', 8) + half, () => setImmediate(() => cut(response)))
    })

    expect(await watchFrom7(cluster)).toMatchObject({ version: '8', told: ['present one'] })
  })

  it('F44 reads lines and characters that are cut into single bytes', async () => {
    const text = `${added('one', 8, { spec: { note: 'pässwörd €𝄞' } })}\r\n${bookmark(9)}`
    const { cluster } = await clusterThat(async (_, response) => {
      stream(response)
      for (const byte of Buffer.from(text)) {
        response.write(Buffer.of(byte))
        await new Promise(setImmediate)
      }
      response.end()
    })

    const { version, changes } = await watchFrom7(cluster)

    expect(version).toBe('9')
    expect(changes.map(({ object }) => object.spec)).toEqual([{ note: 'pässwörd €𝄞' }])
  })

  it('F44 is ended from here where the server never ends it', async () => {
    const { cluster, api } = await clusterThat(
      (_, response) => stream(response).write(added('one', 8)),
      undefined,
      // Less than none, so that the test need not last as long as its watch.
      { watchGraceMs: -700 },
    )

    expect(await watchFrom7(cluster)).toMatchObject({ version: '8', told: ['present one'] })
    expect(api.calls).toHaveLength(1)
  })

  it('F44 is refused for a line without end, long before all of it is there', async () => {
    let writtenBytes = 0
    const block = Buffer.alloc(256 * 1024, 'x')
    const { cluster } = await clusterThat((_, response) => {
      stream(response).write(`${added('one', 8)}{"type":"`)
      const more = () => {
        if (response.destroyed || writtenBytes > 256 * 1024 * 1024) return
        writtenBytes += block.length
        response.write(block, more)
      }
      more()
    })

    const failure = await failureOf(watchFrom7(cluster))

    expect(failure).toMatchObject({ name: 'UnavailableError', kind: 'server' })
    expect(failure.message).toContain(
      'watch Repository objects of all namespaces: expected lines of at most 8388608 bytes',
    )
    expect(writtenBytes).toBeLessThan(64 * 1024 * 1024)
  })

  it.each([
    ['an HTML page', '<html>maintenance</html>'],
    ['an HTML page of several lines', '<html>\nmaintenance\n</html>\n'],
    ['a JSON object that is no event', '{"kind":"RepositoryList","items":[]}\n'],
    ['an error that is no Status', lineOf('ERROR', { message: 'broken' })],
  ])('F44 takes %s with 200 for no answer', async (_, body) => {
    const { cluster } = await telling(body)

    expect(await failureOf(watchFrom7(cluster))).toMatchObject({ name: 'UnavailableError', kind: 'server' })
  })

  it('F44 gives up on a server that does not begin to answer in time', async () => {
    const { cluster } = await clusterThat(() => undefined, 50)

    expect(await failureOf(watchFrom7(cluster))).toMatchObject({ name: 'UnavailableError', kind: 'timeout' })
  })

  it('F44 lasts longer than one call may, once it began', async () => {
    const { cluster } = await clusterThat((_, response) => {
      stream(response).flushHeaders()
      setTimeout(() => response.end(added('late', 8)), 700)
    }, 500)

    expect(await watchFrom7(cluster)).toMatchObject({ version: '8', told: ['present late'] })
  })
})

describe('a watch that is refused', () => {
  const refusals = [
    [401, 'Unauthorized', AccessDeniedError, 1],
    [403, 'Forbidden', AccessDeniedError, 1],
    [404, 'NotFound', NotFoundError, 1],
    [429, 'TooManyRequests', UnavailableError, 1],
    [500, 'InternalError', UnavailableError, 3],
    [503, 'ServiceUnavailable', UnavailableError, 3],
  ] as const

  it.each(refusals)('F27 with %i %s is the error that a list would be', async (code, reason, family, calls) => {
    const { cluster, api } = await clusterThat((_, response) => answerJson(response, code, statusBody(code, reason)))

    const failure = await failureOf(watchFrom7(cluster))

    expect(failure).toBeInstanceOf(family)
    expect(failure.message).toContain('cluster eu-1: watch Repository objects of all namespaces')
    expect(failure.cause).toMatchObject({ status: code, reason })
    expect(api.calls).toHaveLength(calls)
  })

  it.each(refusals)('F27 by an event with %i %s is the same error', async (code, reason, family) => {
    const { cluster } = await telling(added('one', 8), lineOf('ERROR', statusBody(code, reason)))

    const failure = await failureOf(watchFrom7(cluster))

    expect(failure).toBeInstanceOf(family)
    expect(failure.cause).toMatchObject({ status: code, reason })
    expect(failure.message).not.toContain('value-of-the-request')
  })

  it('names the right that is missing', async () => {
    const { cluster } = await clusterThat((_, response) => answerJson(response, 403, statusBody(403, 'Forbidden')))

    expect((await failureOf(watchFrom7(cluster))).message).toMatch(
      /the right to watch repositories, as infra\/cluster\/rbac\.yaml does$/,
    )
  })

  it('says how long the server asks to be left alone', async () => {
    const busy = statusBody(429, 'TooManyRequests', { retryAfterSeconds: 7 })
    const { cluster } = await telling(lineOf('ERROR', busy))

    expect(await failureOf(watchFrom7(cluster))).toMatchObject({ kind: 'rate-limited', retryAfterMs: 7_000 })
  })
})

describe('a list to watch from', () => {
  const listOf = (resourceVersion: string | undefined, items: object[], next = '') => ({
    kind: 'RepositoryList',
    metadata: { resourceVersion, continue: next },
    items,
  })

  it('has the objects of all pages, and the version of the first', async () => {
    const { cluster } = await clusterThat((call, response) =>
      answerJson(
        response,
        200,
        call.url.includes('continue=') ? listOf('9', [objectOf('two', 4)]) : listOf('7', [objectOf('one', 3)], 'next'),
      ),
    )

    const objects: CustomObject[] = []
    const resourceVersion = await cluster.listObjectsAt('Repository', page => void objects.push(...page))

    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['one', 'two'])
    expect(resourceVersion).toBe('7')
  })

  it.each([undefined, ''])('is none where its version is %j', async resourceVersion => {
    const { cluster } = await clusterThat((_, response) => answerJson(response, 200, listOf(resourceVersion, [])))

    expect(await failureOf(cluster.listObjectsAt('Repository', () => undefined))).toMatchObject({
      name: 'UnavailableError',
    })
  })

  it('F27 is none where an object of it cannot be read: without it, it would pass for gone', async () => {
    const { cluster } = await clusterThat((_, response) => answerJson(response, 200, listOf('7', [{ metadata: {} }])))

    expect(await failureOf(cluster.listObjectsAt('Repository', () => undefined))).toMatchObject({
      name: 'UnavailableError',
    })
  })
})
