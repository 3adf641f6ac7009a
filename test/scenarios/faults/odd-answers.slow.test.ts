import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { explainLive } from '../../../cli/explain/run-explain.ts'
import { ociIndex, ociManifest } from '../../../shared/adapters/registry/media-types.ts'
import type { Digest } from '../../../shared/domain/digest.ts'
import type { SyncRequest } from '../../../shared/domain/events.ts'
import type { Condition } from '../../../shared/ports/cluster.ts'
import { reconcileAll } from '../../../shared/reconcile/reconcile.ts'
import { runTask } from '../../../shared/sync/run-task.ts'
import { installationOf } from '../../cli/memory-installation.ts'
import { type FaultyLoopback, startFaultyLoopback } from '../../support/faulty-loopback.ts'
import { createMemorySealer } from '../../support/memory-platform.ts'
import { type OddEntry, sha, startOddShelf } from '../../support/odd-shelf.ts'
import { pushBySha512 } from '../../support/push-by-sha512.ts'
import { always } from '../../support/registry-faults.ts'
import type { FaultyAnswer, ProxiedRequest } from '../../support/registry-proxy.ts'
import { createSweepFixture } from '../../support/sweep-fixture.ts'
import { noEvents, secretsOf } from '../../support/webhook-fixture.ts'

let world: FaultyLoopback
beforeAll(async () => {
  world = await startFaultyLoopback()
})
afterAll(() => world.close())

const config = { digest: `sha256:${'c'.repeat(64)}`, size: 3 }

/**
 * Three good tags, of which a policy lets the first go, and two images that lost theirs: `named` is what something odd
 * may refer to, `loose` is what nothing needs.
 */
async function start() {
  const sweep = createSweepFixture(world)
  sweep.policy({ keepRecent: 0, keepTags: ['v2', 'v3', 'edge'] })
  sweep.trackWhole()
  for (const tag of ['v1', 'v2', 'v3', 'odd']) sweep.track(tag)
  const named = (await sweep.release('edge', { seed: `${sweep.path} named` })).digest
  const loose = (await sweep.release('edge', { seed: `${sweep.path} loose` })).digest
  await sweep.release('edge')
  const old = (await sweep.release('v1')).digest
  await sweep.release('v2')
  await sweep.release('v3')
  const shelf = startOddShelf(world, sweep.path)
  const outcome = async () => (await world.store.listSyncs(sweep.repository))[0]?.lastOutcome
  const readerFor = async () => world.reader
  const reconcile = async () => {
    const sent: SyncRequest[] = []
    await reconcileAll({
      store: world.store,
      secrets: secretsOf({}),
      sealer: createMemorySealer(),
      clusterList: [sweep.cluster],
      clusters: [sweep.cluster.name],
      syncQueue: {
        sendSyncRequests: async requests => {
          sent.push(...requests)
        },
      },
      rulebook: sweep.rulebook(),
      readerFor,
      now: sweep.now,
    })
    return sent
  }
  /** What the object shows once what it asked for was read. */
  const synced = async (name: string) => {
    for (const request of await reconcile())
      await runTask({ kind: 'request', request }, { store: world.store, events: noEvents, readerFor, now: sweep.now })
    await reconcile()
    const conditions = sweep.cluster.get('Repository', name)?.status.conditions as Condition[] | undefined
    return conditions?.find(one => one.type === 'Synced')
  }
  const left = async () => ({
    named: await sweep.holds(named),
    loose: await sweep.holds(loose),
    old: await sweep.holds(old),
  })
  return { sweep, shelf, named, loose, outcome, synced, left }
}

type World = Awaited<ReturnType<typeof start>>

const json = (content: unknown): string => JSON.stringify(content)

/** Odd manifests that say what they may refer to: `named` is among it. */
const naming: [string, (named: Digest) => OddEntry][] = [
  [
    'an artifact without layers',
    named => ({
      contentType: ociManifest,
      body: json({ schemaVersion: 2, config, subject: { digest: named, size: 1 } }),
    }),
  ],
  [
    'null in place of its layers',
    named => ({
      contentType: ociManifest,
      body: json({ schemaVersion: 2, config, layers: null, subject: { digest: named, size: 1 } }),
    }),
  ],
  [
    'null in place of its manifests',
    named => ({
      contentType: ociIndex,
      body: json({ schemaVersion: 2, manifests: null, subject: { digest: named, size: 1 } }),
    }),
  ],
  [
    'a size below 0',
    named => ({ contentType: ociIndex, body: json({ schemaVersion: 2, manifests: [{ digest: named, size: -1 }] }) }),
  ],
  [
    'a child of another algorithm',
    named => ({
      contentType: ociIndex,
      body: json({
        schemaVersion: 2,
        manifests: [
          { digest: named, size: 1 },
          { digest: `sha512:${'a'.repeat(128)}`, size: 1 },
        ],
      }),
    }),
  ],
  [
    'a content type that says nothing',
    named => ({
      contentType: 'application/json',
      body: json({ schemaVersion: 2, manifests: [{ digest: named, size: 1 }] }),
    }),
  ],
  [
    'the type of an artifact manifest',
    named => ({
      contentType: 'application/vnd.oci.artifact.manifest.v1+json',
      body: json({ blobs: [], subject: { digest: named, size: 1 } }),
    }),
  ],
]

/** Odd answers that leave open what they are about. */
const opaque: [string, OddEntry][] = [
  [
    'unsigned bytes of schema 1',
    {
      contentType: 'application/vnd.docker.distribution.manifest.v1+json',
      body: json({ schemaVersion: 1, fsLayers: [] }),
      digest: `sha256:${'1'.repeat(64)}`,
    },
  ],
  [
    'bytes that hash to something else',
    { contentType: ociManifest, body: json({ schemaVersion: 2 }), digest: `sha256:${'2'.repeat(64)}` },
  ],
  ['more than 4 MiB', { contentType: ociManifest, body: ' '.repeat(4 * 1024 * 1024 + 1) }],
  ['400', { status: 400 }],
  ['406', { status: 406 }],
  ['a web page', { contentType: 'text/html', body: '<h1>log in</h1>', digest: 'none' }],
]

async function expectGoodOnesGo({ sweep, shelf, outcome, synced }: World) {
  await sweep.sync()
  expect(await outcome()).toMatchObject({ succeeded: true })
  expect(await synced('app-v2')).toMatchObject({
    status: 'True',
    message: expect.stringContaining('tag v2 is sha256:'),
  })
  expect(await synced('app-odd')).toMatchObject({ status: 'False', reason: 'UnsupportedManifest' })
  expect(await synced('whole')).toMatchObject({ message: expect.stringMatching(/tags, \d+ of them not read/) })
  await sweep.sweep()
  expect(shelf.deleted).toEqual([])
}

describe('one odd manifest among good ones', () => {
  it.each(naming)('B28 I32 costs itself alone: %s', async (_name, entry) => {
    const world = await start()
    world.shelf.put('odd', entry(world.named))

    await expectGoodOnesGo(world)

    expect(await world.left()).toEqual({ named: true, loose: false, old: false })
  })

  it.each(opaque)(
    'B28 B30 I32 costs no tagged image anything, and keeps what nothing else explains: %s',
    async (_name, entry) => {
      const world = await start()
      world.shelf.put('odd', entry)

      await expectGoodOnesGo(world)

      expect(await world.left()).toEqual({ named: true, loose: true, old: false })
    },
  )

  it('B28 a tag with a digest of sha512 keeps what its bytes name', async () => {
    const world = await start()
    const body = json({ schemaVersion: 2, manifests: [{ digest: world.named, size: 1 }] })
    world.shelf.put('odd', { contentType: ociIndex, body, digest: sha('sha512', body) })

    await expectGoodOnesGo(world)

    expect(await world.left()).toEqual({ named: true, loose: false, old: false })
  })

  it('B28 I32 a tag that the registry itself keeps under sha512 costs itself alone, and is never deleted', async () => {
    const started = await start()
    const { path } = started.sweep
    const subject = { mediaType: ociManifest, digest: started.named, size: 1 }
    const { digest } = await pushBySha512(world.proxy.url, path, { tags: ['odd'], subject })

    await expectGoodOnesGo(started)

    expect(await started.left()).toEqual({ named: true, loose: false, old: false })
    for (const reference of ['odd', digest])
      expect((await fetch(`${world.proxy.url}/v2/${path}/manifests/${reference}`)).status).toBe(200)
  })

  it('I32 all of them at once', async () => {
    const world = await start()
    for (const [at, [, entry]] of naming.entries()) world.shelf.put(at === 0 ? 'odd' : `odd-${at}`, entry(world.named))
    for (const [at, [, entry]] of opaque.entries()) world.shelf.put(`opaque-${at}`, entry)

    await expectGoodOnesGo(world)

    expect(await world.left()).toEqual({ named: true, loose: true, old: false })
  })

  it('is read again by the first sync of the next day, and then is like any other', async () => {
    const { sweep, shelf, outcome, synced, named, left } = await start()
    shelf.put('odd', { status: 400 })
    await sweep.sync()
    const body = json({ schemaVersion: 2, mediaType: ociIndex, manifests: [{ digest: named, size: 1 }] })
    shelf.put('odd', { contentType: ociIndex, body })
    sweep.pass(25 * 3600)
    await sweep.sync()

    expect(await outcome()).toMatchObject({ succeeded: true })
    expect(await synced('app-odd')).toMatchObject({ status: 'True' })
    expect(await world.store.listUnreadTags(sweep.repository)).toEqual([])
    await sweep.sweep()
    expect(await left()).toMatchObject({ loose: false })
  })

  it('is read again too once its tag has moved on, and keeps nothing any more', async () => {
    const { sweep, shelf, left } = await start()
    const { digest } = await world.push({ repository: sweep.path, tag: 'odd' })
    shelf.put('odd', { digest, contentType: 'text/html', body: '<html>sign in</html>' })
    await sweep.sync()
    shelf.take('odd')
    await sweep.release('odd', { seed: `${sweep.path} next` })
    await sweep.sync()
    expect(await world.store.findImage(sweep.repository, digest)).toHaveProperty('unreadable')
    sweep.pass(25 * 3600)

    await sweep.sync()

    expect(await world.store.findImage(sweep.repository, digest)).not.toHaveProperty('unreadable')
    await sweep.sweep()
    expect(await left()).toMatchObject({ loose: false })
  })
})

describe('what is attached to an image that is not listed', () => {
  it('B28 stays while a tag cannot be read that may point at that image, and is judged by itself once there is none', async () => {
    const { sweep, shelf } = await start()
    const hidden = sha('sha256', 'hidden').slice('sha256:'.length)
    const { digest } = await sweep.release(`sha256-${hidden}.sbom`)
    shelf.put('opaque', { status: 400 })

    await sweep.sync()
    await sweep.sweep()
    expect(await sweep.holds(digest)).toBe(true)
    shelf.take('opaque')
    sweep.rerun('2')
    await sweep.sync()
    await sweep.sweep()

    expect(await sweep.holds(digest)).toBe(false)
  })
})

describe('explain', () => {
  const explained = async (sweep: World['sweep'], image: string) => {
    await sweep.inventories()
    const { policies } = await explainLive(image, installationOf(world, sweep), sweep.now())
    return policies[0]
  }

  it('B28 says why something odd stays, and what stays for it', async () => {
    const { sweep, shelf, named, loose } = await start()
    const [, entry] = naming[0] ?? []
    shelf.put('odd', entry?.(named) ?? {})
    shelf.put('opaque', { status: 400 })
    await sweep.sync()

    expect(await explained(sweep, `${sweep.repository}:odd`)).toMatchObject({
      rule: 'unknown',
      reason: expect.stringContaining('its manifest cannot be read: GET'),
    })
    expect(await explained(sweep, `${sweep.repository}@${loose}`)).toMatchObject({
      rule: 'unknown',
      reason: expect.stringContaining('untagged, and tag opaque may point at it, which cannot be read: HEAD'),
    })
    await expect(explained(sweep, `${sweep.repository}:opaque`)).rejects.toThrow('is there and is never deleted')
  })
})

describe('a list of tags', () => {
  it('B29 with names that are none keeps what nothing else explains, and the others go on', async () => {
    const world = await start()
    world.shelf.names.push('-odd', 'x'.repeat(4_000), 'a\nb', '', 'v2', 'v2')

    await world.sweep.sync()
    const { sweep, outcome, synced } = world

    expect(await outcome()).toMatchObject({ succeeded: true })
    expect(await synced('app-v2')).toMatchObject({ status: 'True' })
    expect(await synced('whole')).toMatchObject({
      status: 'True',
      message: expect.stringContaining('4 of them not read'),
    })
    await sweep.sweep()
    expect(await world.left()).toEqual({ named: true, loose: true, old: false })
  })

  it('B29 that repeats names and has some that are gone is a list like any other', async () => {
    const world = await start()
    world.shelf.names.push('v2', 'v2', 'nowhere')

    await world.sweep.sync()
    await world.sweep.sweep()

    expect(await world.outcome()).toMatchObject({ succeeded: true })
    expect(await world.left()).toEqual({ named: false, loose: false, old: false })
  })

  it('B29 of ten thousand odd names is recorded as a hundred, and written once', async () => {
    const { sweep, shelf } = await start()
    shelf.names.push(...Array.from({ length: 10_000 }, (_, at) => `-${at}`))
    await sweep.sync()
    const before = await world.store.listUnreadTags(sweep.repository)
    await sweep.sync()

    expect(before).toHaveLength(100)
    expect(await world.store.listUnreadTags(sweep.repository)).toEqual(before)
  })
})

describe('a registry that fails for one thing', () => {
  const failing = { status: 503 }

  it('leaves that tag as it was, and takes nothing that it may point at', async () => {
    const world = await start()
    const { sweep, shelf } = world
    const was = (await sweep.release('odd')).digest
    shelf.put('odd', failing)

    await sweep.sync()
    expect(await world.outcome()).toMatchObject({ succeeded: true })
    expect(await world.synced('app-odd')).toMatchObject({ status: 'False', reason: 'RegistryUnavailable' })
    await sweep.sweep()

    expect(await world.left()).toMatchObject({ named: true, loose: true })
    expect((await sweep.image(was))?.goneAt).toBeUndefined()
    shelf.take('odd')
    await sweep.sync()
    expect(await world.synced('app-odd')).toMatchObject({ status: 'True' })
  })

  it('I32 waits for a day with every delete, and then costs itself alone', async () => {
    const { sweep, shelf, left } = await start()
    shelf.put('odd', failing)
    await sweep.sync()
    await sweep.sweep()
    expect(await left()).toEqual({ named: true, loose: true, old: true })

    sweep.pass(24 * 3600)
    await sweep.sync()
    await sweep.sweep()

    expect(await left()).toEqual({ named: true, loose: true, old: false })
  })

  it('records nothing that leads to a manifest that it did not hand out', async () => {
    const { sweep, shelf, outcome } = await start()
    const child = await world.push({ repository: sweep.path, tag: 'odd', platforms: ['linux/amd64', 'linux/arm64'] })
    shelf.put('child', { ...failing, digest: child.children[0]?.digest ?? '' })

    await sweep.sync()

    expect(await outcome()).toMatchObject({ succeeded: true })
    expect(await sweep.image(child.digest)).toBeUndefined()
    expect(await world.store.findTag(sweep.repository, 'odd')).toBeUndefined()
    expect((await world.store.listUnreadTags(sweep.repository)).map(one => one.tag).sort()).toEqual(['child', 'odd'])
    shelf.take('child')
    await sweep.sync()
    expect(await sweep.image(child.digest)).toBeDefined()
    expect(await world.store.listUnreadTags(sweep.repository)).toEqual([])
  })

  it('is down where more fails than is answered', async () => {
    const { sweep, shelf, outcome } = await start()
    for (let at = 0; at < 6; at++) shelf.put(`odd-${at}`, failing)

    await sweep.sync()

    expect(await outcome()).toMatchObject({ succeeded: false, reason: 'RegistryUnavailable' })
  })
})

describe('a look-up that is optional', () => {
  const answers: [string, FaultyAnswer][] = [
    [
      'another shape',
      { kind: 'answer', status: 200, headers: { 'content-type': 'application/json' }, body: '{"hello":"world"}' },
    ],
    ['a web page', { kind: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>log in</h1>' }],
    ['more than 4 MiB', { kind: 'answer', status: 200, body: ' '.repeat(4 * 1024 * 1024 + 1) }],
    ['403', { kind: 'answer', status: 403 }],
    ['404', { kind: 'answer', status: 404 }],
    ['406', { kind: 'answer', status: 406 }],
    ['500', { kind: 'answer', status: 500 }],
  ]

  it.each(answers)(
    'B31 of a config or of referrers tells nothing and costs nothing when it is answered with %s',
    async (_name, answer) => {
      const { sweep, outcome, synced } = await start()
      const isOptional = ({ path }: ProxiedRequest) => /\/(blobs|referrers)\//.test(path)
      const stop = world.proxy.inject(always(isOptional, answer))

      const { digest } = await sweep.release('v2', { seed: `${sweep.path} anew` })
      stop()

      expect(await outcome()).toMatchObject({ succeeded: true })
      expect(await synced('app-v2')).toMatchObject({ status: 'True', message: `tag v2 is ${digest}` })
      expect(await sweep.image(digest)).not.toHaveProperty('unreadable')
    },
  )

  it.each(answers.slice(0, 2).concat(answers.slice(3, 6)))(
    'B31 deletes by what else is known where referrers are answered with %s',
    async (_name, answer) => {
      const { sweep, left } = await start()
      const stop = world.proxy.inject(always(({ path }) => path.includes('/referrers/'), answer))

      await sweep.sync()
      await sweep.sweep()
      stop()

      expect(await left()).toMatchObject({ old: false })
    },
  )

  it('B31 keeps the image whose referrers are answered with 500 in the moment of its delete', async () => {
    const { sweep, left } = await start()
    const stop = world.proxy.inject(always(({ path }) => path.includes('/referrers/'), { kind: 'answer', status: 500 }))

    await sweep.sync()
    await sweep.sweep()
    stop()

    expect(await left()).toEqual({ named: true, loose: true, old: true })
    const ready = sweep.cluster.get('ImageCleanupPolicy', 'cleanup')?.status.conditions
    expect(ready).toContainEqual(
      expect.objectContaining({
        type: 'LastRunSucceeded',
        reason: 'PartialFailure',
        message: expect.stringMatching(
          /failed, nothing else to delete; \S+: GET \S+\/referrers\/\S+: expected an answer, got 500/,
        ),
      }),
    )
  })
})

it('I32 what is odd since the sync stays, with what it may refer to, while others are deleted', async () => {
  const { sweep, shelf, named, left } = await start()
  await sweep.sync()
  const request = await sweep.ripen()
  const body = json({ schemaVersion: 2, manifests: [{ digest: named, size: -1 }] })
  sweep.moments.onceBefore('listReferrers', async () => shelf.put('odd', { contentType: ociIndex, body }))

  await sweep.execute(request)

  expect(await left()).toEqual({ named: true, loose: false, old: false })
  expect(shelf.deleted).toEqual([])
})

it('costs good repositories no request: one list and one HEAD for each tag', async () => {
  const { sweep } = await start()
  const before = world.proxy.requests.length

  await sweep.sync()

  const asked = world.proxy.requests.slice(before)
  const tags = asked.filter(({ method }) => method === 'HEAD')
  expect(asked.filter(({ method }) => method !== 'HEAD').map(({ path }) => path.split('?')[0])).toEqual([
    `/v2/${sweep.path}/tags/list`,
  ])
  // Four tags, and the two images that are under none.
  expect(tags).toHaveLength(6)
})

it('B30 a registry without HEAD is synced, swept and told of as any other', async () => {
  const { sweep, outcome, synced, left } = await start()
  const stop = world.proxy.inject(always(({ method }) => method === 'HEAD', { kind: 'answer', status: 405 }))

  await sweep.sync()
  expect(await outcome()).toMatchObject({ succeeded: true })
  expect(await synced('app-v2')).toMatchObject({ status: 'True' })
  await sweep.sweep()
  stop()

  expect(await left()).toEqual({ named: false, loose: false, old: false })
})
