import { describe, expect, it } from 'vitest'
import { createOciWriter } from '../../../../../shared/adapters/registry/oci/oci-writer.ts'
import { failureOf } from '../../../../support/failure-of.ts'
import { acr, google, hub, quay, Shelf, zot } from '../vendor-registries.ts'
import { repository, startVendor } from '../vendor-writer.ts'

describe('on Quay', () => {
  it('a writer deletes with a token for push, and asks for delete once in a process', async () => {
    const { shelf, registry, writer, asked } = await startVendor(quay)
    const first = shelf.add('one', ['v1'])
    const second = shelf.add('two', ['v2'])

    const outcomes = [
      await writer.deleteManifest(repository, first),
      await createOciWriter(registry.options).deleteManifest('team/other', second),
    ]

    expect(outcomes).toEqual([{ outcome: 'deleted' }, { outcome: 'deleted' }])
    const scopes = asked('GET', '/token').map(path => new URL(path, 'http://any').searchParams.get('scope'))
    expect(scopes).toEqual([
      `repository:${repository}:pull,push,delete`,
      `repository:${repository}:pull,push`,
      'repository:team/other:pull,push',
    ])
  })

  it('a restore puts its manifest back', async () => {
    const { shelf, writer } = await startVendor(quay)
    const digest = shelf.add('one', ['v1'])
    const bytes = shelf.manifests.get(digest) as Buffer
    shelf.remove(digest)

    await writer.putManifest(repository, 'v1', { mediaType: JSON.parse(bytes.toString()).mediaType, bytes })

    expect(shelf.tags.get('v1')).toBe(digest)
  })

  it('a wrong password is told as that, and nothing is remembered of it', async () => {
    const credential = { username: 'sweeper', password: 'wrong' }
    const { shelf, registry, writer } = await startVendor(quay, { credential })
    const digest = shelf.add('one', ['v1'])

    const failure = await failureOf(writer.deleteManifest(repository, digest))

    expect(failure).toMatchObject({ name: 'AccessDeniedError', kind: 'authentication' })
    expect(String(failure)).toContain('check user name and password')
    expect(registry.options.deleteWays?.takesDeleteScope).toBe(true)
  })

  it('a 400 to both scopes is told as a wrong password, and nothing is remembered of it', async () => {
    const { shelf, registry, writer } = await startVendor({ token: () => [400, 'INVALID'] })
    const digest = shelf.add('one', ['v1'])

    const failure = await failureOf(writer.deleteManifest(repository, digest))

    expect(failure).toMatchObject({ name: 'AccessDeniedError', kind: 'authentication' })
    expect(registry.options.deleteWays?.takesDeleteScope).toBe(true)
  })

  it('I31 an untagged digest is answered 404, which is for the look afterwards', async () => {
    const { shelf, writer } = await startVendor(quay)
    const digest = shelf.add('one', [])

    expect(await writer.deleteManifest(repository, digest)).toEqual({ outcome: 'absent' })
    expect(await writer.hasManifest(repository, digest)).toBe(true)
  })
})

describe('on ACR', () => {
  const word =
    /^locked: registry answered 405 REGISTRY_DISALLOWED_OPERATION to the delete of this (tag|digest) and not of another; unlock it there if it may go$/

  it.each(['deleteEnabled', 'writeEnabled'])(
    'I30 a tag with %s false is kept as locked, and nothing is pushed over it',
    async lock => {
      const { shelf, writer, asked } = await startVendor(acr({ prod: { [lock]: false } }))
      const digest = shelf.add('one', ['prod', 'old'])

      const outcomes = [
        await writer.deleteTag(repository, 'prod', digest),
        await writer.untag?.(repository, 'prod', digest),
        await writer.deleteTag(repository, 'old', digest),
      ]

      const locked = { outcome: 'kept', reason: expect.stringMatching(word) }
      expect(outcomes).toEqual([locked, locked, { outcome: 'deleted', by: 'oci' }])
      expect([...(shelf.pointedAt.get('prod') ?? [])]).toEqual([digest])
      expect(asked('PUT')).toEqual([])
    },
  )

  it('a digest that is locked, or whose tag is, does not mean a registry without deletes', async () => {
    const shelf = new Shelf()
    const byDigest = shelf.add('one', [])
    const {
      shelf: own,
      writer,
      asked,
    } = await startVendor(acr({ [byDigest]: { deleteEnabled: false }, prod: { deleteEnabled: false } }))
    own.add('one', [])
    const byTag = own.add('two', ['prod'])
    const free = own.add('three', ['v1'])

    const outcomes = []
    for (const digest of [byDigest, byTag, free]) outcomes.push(await writer.deleteManifest(repository, digest))

    const locked = { outcome: 'kept', reason: expect.stringMatching(word) }
    expect(outcomes).toEqual([locked, locked, { outcome: 'deleted' }])
    expect(asked('DELETE')).toHaveLength(3 + 1)
  })

  it('I30 a tag of ACR never gets a dummy, also if no tag could be deleted by its name', async () => {
    const vendor = acr({ prod: { deleteEnabled: false } }, { deleteTag: () => [405, 'UNSUPPORTED'] })
    const { shelf, writer, asked } = await startVendor(vendor, { host: 'team.azurecr.io' })
    const digest = shelf.add('one', ['prod', 'old'])

    const outcome = await writer.deleteTag(repository, 'prod', digest)

    expect(outcome).toMatchObject({ outcome: 'kept', reason: expect.stringContaining('delete the tag there') })
    expect(asked('PUT')).toEqual([])
  })
})

describe('on zot', () => {
  it('a digest under several tags wants them off first', async () => {
    const { shelf, writer } = await startVendor(zot)
    const digest = shelf.add('one', ['v1', 'latest'])

    expect(await writer.deleteManifest(repository, digest)).toMatchObject({ outcome: 'kept', tagsFirst: true })
  })

  it('a child of an index is kept, and goes after its index', async () => {
    const { shelf, writer } = await startVendor(zot)
    const child = shelf.add('child', [])
    const index = shelf.add('index', ['v1'], [child])

    const outcomes = []
    for (const digest of [child, index, child]) outcomes.push(await writer.deleteManifest(repository, digest))

    const reason = expect.stringContaining('an index refers to it: registry answered 405 DENIED')
    expect(outcomes).toEqual([{ outcome: 'kept', reason }, { outcome: 'deleted' }, { outcome: 'deleted' }])
  })

  it('a repository that went with its last image answers 400 NAME_UNKNOWN: an absence, and no reason to push', async () => {
    const { shelf, writer, asked } = await startVendor({
      ...zot,
      // The tag is taken between the look and the delete.
      deleteTag: own => {
        for (const digest of [...own.manifests.keys()]) own.remove(digest)
        return [400, 'NAME_UNKNOWN']
      },
    })
    const digest = shelf.add('one', ['v1'])

    expect(await writer.deleteTag(repository, 'v1', digest)).toEqual({ outcome: 'absent' })
    expect(await writer.deleteManifest(repository, digest)).toEqual({ outcome: 'absent' })
    expect(asked('PUT')).toEqual([])
  })
})

describe('on Google’s registries', () => {
  it('a tagged digest wants its tags off first, a child of an index waits for that and keeps its tags', async () => {
    const { shelf, writer } = await startVendor(google)
    const child = shelf.add('child', ['v1-arm64'])
    shelf.add('index', ['v1'], [child])
    const single = shelf.add('single', ['v0'])

    const ofChild = await writer.deleteManifest(repository, child)

    expect(ofChild).toEqual({
      outcome: 'kept',
      reason: expect.stringMatching(
        /^an index refers to it, and it goes after that: .* 400 GOOGLE_MANIFEST_DANGLING_PARENT_IMAGE$/,
      ),
    })
    expect(await writer.deleteManifest(repository, single)).toMatchObject({ outcome: 'kept', tagsFirst: true })
  })
})

describe('on Docker Hub', () => {
  it('a token without delete is no wrong password, costs one request a delete, and asks for no other token', async () => {
    const { shelf, writer, asked } = await startVendor(hub)
    const digests = ['one', 'two', 'three'].map(seed => shelf.add(seed, [seed]))
    await writer.findTag(repository, 'one')

    const failures = []
    for (const digest of digests) failures.push(await failureOf(writer.deleteManifest(repository, digest)))

    for (const failure of failures)
      expect(failure).toMatchObject({
        name: 'AccessDeniedError',
        kind: 'permission',
        message: expect.stringContaining('give them the right to this'),
      })
    expect(asked('DELETE')).toHaveLength(3 + 1)
    expect(asked('GET', '/token')).toHaveLength(1)
  })
})
