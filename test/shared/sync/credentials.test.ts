import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RegistryReader } from '../../../shared/ports/registry.ts'
import { runTask } from '../../../shared/sync/run-task.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { readTag } from '../../support/readable.ts'
import { at, copyOf, repositoryDraft, syncDraft, tagDraft } from '../../support/records.ts'
import { readerShown, type Shown } from '../../support/shown-reader.ts'
import { recordingBus } from '../../support/webhook-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** One repository of two tags and several credentials, to each of which the registry shows what the test says. */
async function start(tags: readonly string[] = ['v1', 'v2']) {
  const path = world.freshPath()
  const id = `${world.host}/${path}`
  const shown = new Map<string, Shown>()
  const asked: string[] = []
  const tagsAsked: string[] = []
  let seconds = 0
  let attempts = 0
  const { events } = recordingBus()
  const held = new Map<string, { readonly reached: () => void; readonly released: Promise<void> }>()
  const readerFor = async (_: string, { credential }: { credential: string }): Promise<RegistryReader> => {
    asked.push(credential)
    held.get(credential)?.reached()
    await held.get(credential)?.released
    const reader = readerShown(world.reader, shown.get(credential))
    return {
      ...reader,
      findTag: async (where, tag) => {
        tagsAsked.push(tag)
        return reader.findTag(where, tag)
      },
    }
  }
  const saved: string[] = []
  const found: string[] = []
  const store = new Proxy(world.store, {
    get: (target, name, receiver) => {
      if (String(name).startsWith('save')) saved.push(String(name))
      if (name === 'findCredential') found.push(name)
      return Reflect.get(target, name, receiver)
    },
  })
  const deps = { store, events, readerFor, now: () => at(seconds), wait: async () => undefined }
  for (const tag of tags) await world.push({ repository: path, tag })
  return {
    path,
    id,
    asked,
    tagsAsked,
    saved,
    found,
    /** A credential that a RegistrySecret brought. */
    bring: async (what?: Shown) => {
      const credential = `eu-1/${randomUUID()}`
      await world.store.saveCredential(copyOf(credential), undefined)
      shown.set(credential, what)
      return credential
    },
    end: async (credential: string) => {
      const [cluster = '', uid = ''] = credential.split('/')
      const copy = await world.store.findCredential(cluster, uid)
      await world.store.saveCredential({ ...copyOf(credential), endedAt: at(seconds) }, copy)
    },
    /** Its next sync begins, and reads nothing until it is released. */
    hold: (credential: string) => {
      const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      held.set(credential, { reached: reached.resolve, released: released.promise })
      return { reached: reached.promise, release: released.resolve }
    },
    later: (bySeconds: number) => {
      seconds += bySeconds
    },
    show: (credential: string, what: Shown) => shown.set(credential, what),
    sync: async (credential: string, attempt = String(++attempts)) => {
      seconds += 60
      const request = { registry: world.host, repository: path, timeoutMs: 5000, trigger: 'Manual' as const }
      return runTask({ kind: 'request', request: { ...request, credential, attempt } }, deps)
    },
    hint: (tag: string, isPush = true) => {
      seconds += 60
      return runTask({ kind: 'hint', isPush, hint: { registry: world.host, repository: path, tag } }, deps)
    },
    syncOf: (credential: string) => world.store.findSync(id, credential),
    there: async () => (await world.store.listTags(id)).filter(one => one.goneAt === undefined).map(one => one.tag),
    lost: async () => (await world.store.listImages(id)).filter(one => one.goneAt !== undefined).length,
  }
}

describe('T5 a credential to which the registry answers', () => {
  it.each([
    [401, 'AuthenticationFailed'],
    [403, 'PermissionDenied'],
    [404, 'RepositoryNotFound'],
  ] as const)('%i takes nothing from another that reads the repository', async (status, reason) => {
    const { bring, sync, syncOf, there, lost } = await start()
    const [owner, stranger] = [await bring(), await bring(status)]
    await sync(owner)
    const before = await syncOf(owner)

    for (let round = 0; round < 3; round++) await sync(stranger)

    expect(await syncOf(stranger)).toMatchObject({ failureCount: 3, lastOutcome: { succeeded: false, reason } })
    expect(await syncOf(owner)).toEqual(before)
    expect([await there(), await lost()]).toEqual([['v1', 'v2'], 0])
  })

  it('an empty list takes nothing either, and has not read it', async () => {
    const { bring, sync, syncOf, there } = await start()
    const [owner, stranger] = [await bring(), await bring('empty')]
    await sync(owner)

    await sync(stranger)

    expect(await syncOf(stranger)).toMatchObject({ lastOutcome: { succeeded: false, reason: 'RepositoryNotFound' } })
    expect(await syncOf(stranger)).not.toHaveProperty('lastSucceededAt')
    expect(await there()).toEqual(['v1', 'v2'])
  })

  it('404 for one tag that it never saw does not end that tag, though it reads the others', async () => {
    const { bring, sync, there, syncOf } = await start()
    const [owner, stranger] = [await bring(), await bring(['v1'])]
    await sync(owner)

    for (let round = 0; round < 2; round++) await sync(stranger)

    expect(await there()).toEqual(['v1', 'v2'])
    expect(await syncOf(stranger)).not.toHaveProperty('sawAllAt')
  })

  it('404 since it lost its right, though it had read everything, ends nothing while another reads', async () => {
    const { bring, sync, show, there, lost } = await start()
    const [owner, former] = [await bring(), await bring()]
    await sync(owner)
    await sync(former)
    show(former, 404)

    await sync(former)

    expect([await there(), await lost()]).toEqual([['v1', 'v2'], 0])
  })

  it.each([404, 'empty'] as const)('%s asks for none of the tags that others read', async what => {
    const { bring, sync, tagsAsked } = await start()
    const [owner, stranger] = [await bring(), await bring(what)]
    await sync(owner)
    tagsAsked.length = 0

    await sync(stranger)

    expect(tagsAsked).toEqual([])
  })

  it('404 takes nothing that a version before recorded of another, who was not asked yet', async () => {
    const { id, bring, sync, there } = await start()
    const { lastOutcome } = syncDraft(id, -60)
    const credentialId = 'shelflife/pull/eu-1/other/registry'
    await world.store.saveRepository(repositoryDraft(id, { credentialId, lastOutcome }), undefined)
    await world.store.saveTag(tagDraft(id), undefined)

    await sync(await bring(404))

    expect(await there()).toEqual(['v1'])
  })
})

/** Seconds after which no sync that began before writes any more. */
const quarter = 16 * 60

it('T5 a tag that one credential records while another reads is not gone by the word of that other', async () => {
  const { path, bring, sync, hold, show, there } = await start(['v1'])
  const [owner, stranger] = [await bring(), await bring(['v1'])]
  for (const one of [owner, stranger]) await sync(one)
  await world.push({ repository: path, tag: 'v2' })
  const { reached, release } = hold(owner)
  const recording = sync(owner)
  await reached
  await sync(stranger)
  release()
  await recording
  show(stranger, ['v1'])

  await sync(stranger)

  expect(await there()).toEqual(['v1', 'v2'])
})

describe('a tag that is gone', () => {
  it('is gone by the word of the one that wrote it, and of one that saw all since', async () => {
    for (const place of [0, 1]) {
      const { path, bring, sync, later, there } = await start()
      const both = [await bring(), await bring()]
      for (const one of both) await sync(one)
      later(quarter)
      for (const one of both) await sync(one)
      await world.remove(path, 'v2')

      await sync(both[place] ?? '')

      expect(await there()).toEqual(['v1'])
    }
  })

  it('is gone by the word of any reader once the credential that wrote it ended', async () => {
    const { path, bring, sync, end, there } = await start(['v1'])
    const [writer, reader] = [await bring(), await bring()]
    await sync(reader)
    await world.push({ repository: path, tag: 'v2' })
    await sync(writer)
    await world.remove(path, 'v2')
    await sync(reader)
    expect(await there()).toEqual(['v1', 'v2'])

    await end(writer)
    await sync(reader)

    expect(await there()).toEqual(['v1'])
  })

  it.each([true, false])(
    'T5 that a credential recorded that ended (under a tag: %s) is gone when all that read were denied it',
    async isTagged => {
      const { path, bring, sync, end, there, lost, saved } = await start(['v1'])
      const [writer = '', first = '', last = ''] = [await bring(), await bring(), await bring()]
      for (const reader of [first, last]) await sync(reader)
      await world.push({ repository: path, tag: 'v2' })
      const digest = (await readTag(world.reader, path, 'v2')) ?? ''
      await sync(writer)
      if (!isTagged) {
        await world.remove(path, 'v2')
        await sync(writer)
      }
      await end(writer)
      await world.remove(path, digest)

      await sync(first)
      expect([await there(), await lost()]).toEqual([isTagged ? ['v1', 'v2'] : ['v1'], 0])
      await sync(last)

      expect([await there(), await lost()]).toEqual([['v1'], 1])
      saved.length = 0
      for (const reader of [first, last]) await sync(reader)
      expect(new Set(saved)).toEqual(new Set(['saveSync']))
    },
  )

  it('is gone by the word of one though the credential of the installation wrote it, which nobody reads it with for a month', async () => {
    const { id, bring, sync, there } = await start(['v1'])
    const reader = await bring()
    await sync(reader)
    await world.store.saveSync(syncDraft(id, 31 * -86_400, { credential: 'installation' }), undefined)
    await world.store.saveTag(tagDraft(id, { tag: 'v2', checkedAt: at(90), seenBy: 'installation' }), undefined)

    await sync(reader)

    expect(await there()).toEqual(['v1'])
  })

  it('is gone by the word of one whose first sync was killed after it had written the tag', async () => {
    const { id, bring, sync, there } = await start(['v1'])
    const [credential, other] = [await bring(), await bring()]
    await world.store.saveSync(syncDraft(id, 0, { credential: other }), undefined)
    await world.store.saveTag(tagDraft(id, { tag: 'v2', checkedAt: at(30), seenBy: credential }), undefined)

    await sync(credential)

    expect(await there()).toEqual(['v1'])
  })

  it('is found by a hint, which asks for no other where no other credential reads the repository', async () => {
    const { path, bring, sync, hint, there, tagsAsked } = await start()
    await sync(await bring())
    await world.remove(path, (await readTag(world.reader, path, 'v2')) ?? '')
    tagsAsked.length = 0

    await hint('v2', false)

    expect(await there()).toEqual(['v1'])
    expect(tagsAsked).toEqual(['v2'])
  })

  it('is found by a hint, which asks for one other tag', async () => {
    const { path, bring, sync, hint, later, there } = await start()
    const both = [await bring(), await bring()]
    for (const one of both) await sync(one)
    later(quarter)
    for (const one of both) await sync(one)
    const removed = await readTag(world.reader, path, 'v2')
    await world.remove(path, removed ?? '')
    world.requests.length = 0

    await hint('v2', false)

    expect(await there()).toEqual(['v1'])
    expect(world.requests.map(({ path: where }) => where.split('/').at(-1))).toEqual(['v2', removed, 'v1'])
  })

  it('T5 is not by a hint that is read with a credential to which nothing is shown now', async () => {
    const { bring, sync, hint, show, there } = await start()
    const both = [await bring(), await bring()]
    for (const one of both) await sync(one)
    for (const one of both.slice(1)) show(one, 404)

    await hint('v2', false)

    expect(await there()).toEqual(['v1', 'v2'])
  })
})

describe('a whole repository that is gone', () => {
  it('is gone when all that read it say so, the last of them writes it', async () => {
    const { bring, sync, show, there, lost } = await start()
    const both = [await bring(), await bring()]
    for (const one of both) await sync(one)
    const [first = '', last = ''] = both
    for (const one of both) show(one, 404)

    await sync(first)
    expect([await there(), await lost()]).toEqual([['v1', 'v2'], 0])
    await sync(last)

    expect([await there(), await lost()]).toEqual([[], 2])
  })

  it('is gone by the word of one, where it is the only one, or the others have ended', async () => {
    const { bring, sync, show, end, there } = await start()
    const [former, reader] = [await bring(), await bring()]
    await sync(former)
    await sync(reader)
    await end(former)
    show(reader, 404)

    await sync(reader)

    expect(await there()).toEqual([])
  })

  it('is gone by the word of the credential that takes the place of one that ended', async () => {
    const { bring, sync, end, there } = await start()
    const [former, heir] = [await bring(), await bring(404)]
    await sync(former)
    await end(former)

    await sync(heir)

    expect(await there()).toEqual([])
  })
})

it('a sync that finds nothing new writes one item', async () => {
  const { bring, sync, saved } = await start()
  const credential = await bring()
  await sync(credential)
  saved.length = 0

  await sync(credential)

  expect(saved).toEqual(['saveSync'])
})

describe('what a version before recorded', () => {
  const failed = { succeeded: false, attempt: 'before' }
  const legacy = { credentialId: 'shelflife/pull/eu-1/team/registry', failureCount: 2, lastSyncedAt: at(-60) }

  it.each([
    ['its own', {}, 3],
    ["another's", { credentialId: 'shelflife/pull/eu-1/other/registry' }, 1],
  ])('goes on for a credential where it is %s', async (_, rest, failureCount) => {
    const { id, bring, sync, syncOf } = await start()
    const credential = await bring(401)
    const { lastOutcome } = syncDraft(id, -60, { outcome: failed })
    await world.store.saveRepository(repositoryDraft(id, { ...legacy, ...rest, lastOutcome }), undefined)

    await sync(credential)

    expect(await syncOf(credential)).toMatchObject({ failureCount })
    expect((await syncOf(credential))?.lastSucceededAt).toEqual(failureCount === 3 ? at(-60) : undefined)
  })

  it('is left as it was: what versions before decide by, they wrote', async () => {
    const { id, bring, sync } = await start()
    const { lastOutcome } = syncDraft(id, -60, { outcome: failed })
    await world.store.saveRepository(repositoryDraft(id, { ...legacy, lastOutcome }), undefined)

    await sync(await bring())

    expect(await world.store.findRepository(id)).toMatchObject({
      ...legacy,
      lastSyncedAt: at(60),
      lastOutcome,
      tagCount: 2,
    })
  })
})

describe('a hint', () => {
  it('is read with the live credential that succeeded last', async () => {
    const { bring, sync, hint, end, asked } = await start()
    const [first, second, third, failing] = [await bring(), await bring(), await bring(), await bring(401)]
    for (const one of [second, first, third, failing]) await sync(one)
    await end(third)
    asked.length = 0

    await hint('v1')

    expect(asked).toEqual([first])
  })

  it('T5 is read with another, where the one that succeeded last is not shown anything any more', async () => {
    const { path, bring, sync, hint, show, there } = await start()
    const [owner, evil] = [await bring(), await bring()]
    for (const one of [owner, evil]) await sync(one)
    show(evil, 404)
    await world.push({ repository: path, tag: 'v3' })

    await hint('v3')

    expect(await there()).toEqual(['v1', 'v2', 'v3'])
  })

  it('that reads ends the failure of its credential, with a full sync', async () => {
    const { path, bring, sync, hint, show, syncOf, there } = await start()
    const [denied, owner] = [await bring(401), await bring(404)]
    for (const one of [owner, denied]) await sync(one)
    show(owner, undefined)
    await world.push({ repository: path, tag: 'v3' })

    const result = await hint('v3')

    expect(result.outcome).toBe('synced')
    expect(await syncOf(owner)).toMatchObject({ failureCount: 0, lastOutcome: { succeeded: true } })
    expect(await syncOf(denied)).toMatchObject({ failureCount: 1, lastOutcome: { succeeded: false } })
    expect(await there()).toEqual(['v1', 'v2', 'v3'])
  })

  it('that no live credential can read says so', async () => {
    const { bring, sync, hint, end } = await start()
    const credential = await bring()
    await sync(credential)
    await end(credential)

    expect(await hint('v1')).toMatchObject({
      outcome: 'failed',
      message: expect.stringContaining('no credential reads'),
    })
  })
})

it('looks once at each credential for a hint', async () => {
  const { bring, sync, hint, found } = await start()
  for (const credential of [await bring(), await bring()]) await sync(credential)
  found.length = 0

  await hint('v1')

  expect(found).toHaveLength(2)
})
