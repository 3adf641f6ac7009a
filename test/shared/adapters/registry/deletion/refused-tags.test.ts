import { describe, expect, it } from 'vitest'
import { createOciWriter } from '../../../../../shared/adapters/registry/oci/oci-writer.ts'
import { failureOf } from '../../../../support/failure-of.ts'
import { distribution3, distribution28, type Vendor } from '../vendor-registries.ts'
import { repository, startVendor } from '../vendor-writer.ts'

describe('a refusal of one tag', () => {
  it.each([
    [400, 'locked'],
    [401, 'protected'],
    [403, 'protected'],
    [405, 'locked'],
    [409, 'protected'],
    [412, 'immutable'],
    [423, 'locked'],
  ])('by %d is of that tag, told as %s, and its neighbour goes', async (status, word) => {
    const vendor: Vendor = {
      token: () => undefined,
      deleteTag: (_, tag) => (tag === 'v1' ? [status, 'DENIED'] : undefined),
    }
    const { shelf, writer, asked } = await startVendor(vendor)
    const digest = shelf.add('one', ['v1', 'v2'])

    const outcomes = [
      await writer.deleteTag(repository, 'v1', digest),
      await writer.deleteTag(repository, 'v2', digest),
    ]

    const reason = expect.stringMatching(
      new RegExp(`^${word}: registry answered ${status} DENIED to the delete of this tag`),
    )
    expect(outcomes).toEqual([
      { outcome: 'kept', reason },
      { outcome: 'deleted', by: 'oci' },
    ])
    expect(asked('PUT')).toEqual([])
  })

  it('by the same 403 as of any is of the credential', async () => {
    const { shelf, writer } = await startVendor({
      deleteTag: () => [403, 'DENIED'],
      deleteDigest: () => [403, 'DENIED'],
    })
    const digest = shelf.add('one', ['v1'])

    const failures = [
      await failureOf(writer.deleteTag(repository, 'v1', digest)),
      await failureOf(writer.deleteManifest(repository, digest)),
    ]

    const denied = { name: 'AccessDeniedError', kind: 'permission' }
    expect(failures).toEqual([expect.objectContaining(denied), expect.objectContaining(denied)])
  })

  it('is kept where the registry does not answer for another', async () => {
    const { shelf, writer, asked } = await startVendor({
      deleteTag: (_, tag) => (tag === 'v1' ? [405, 'UNSUPPORTED'] : [500, 'UNKNOWN']),
    })
    const digest = shelf.add('one', ['v1'])

    const outcome = await writer.deleteTag(repository, 'v1', digest)

    expect(outcome).toMatchObject({ outcome: 'kept', reason: expect.stringContaining('could not be seen') })
    expect(asked('PUT')).toEqual([])
  })

  it('I30 by other words than the registry has for any tag is a lock, beside tags that go by a dummy', async () => {
    const { shelf, writer, probes } = await startVendor({
      deleteTag: (_, tag) => (tag === 'prod' ? [405, 'UNSUPPORTED'] : [400, 'DIGEST_INVALID']),
    })
    const digest = shelf.add('one', ['v1', 'prod', 'v2'])

    const outcomes = []
    for (const tag of ['v1', 'prod', 'v2']) outcomes.push(await writer.deleteTag(repository, tag, digest))

    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['deleted', 'kept', 'deleted'])
    expect([...(shelf.pointedAt.get('prod') ?? [])]).toEqual([digest])
    expect(probes()).toHaveLength(1)
  })

  it('I30 answered 404 while it is served is kept', async () => {
    const { shelf, writer, asked } = await startVendor({ deleteTag: () => [404, 'MANIFEST_UNKNOWN'] })
    const digest = shelf.add('one', ['v1'])

    const outcome = await writer.deleteTag(repository, 'v1', digest)

    expect(outcome).toMatchObject({ outcome: 'kept', reason: expect.stringContaining('still serves it') })
    expect(asked('PUT')).toEqual([])
  })
})

describe('requests', () => {
  /** Of `count` tags, each with a sibling, by the ladder. */
  async function requestsFor(vendor: Vendor, count: number): Promise<number> {
    const { shelf, registry, writer } = await startVendor(vendor)
    for (let at = 0; at < count; at++) {
      const digest = shelf.add(`${at}`, [`v${at}`, `keep${at}`])
      expect((await writer.deleteTag(repository, `v${at}`, digest)).outcome).toBe('deleted')
    }
    return registry.requests.length
  }

  it.each([1, 20])('for %d tags of distribution 3 are a look, the delete and a look for each', async count => {
    expect(await requestsFor(distribution3, count)).toBe(3 * count)
  })

  it.each([1, 20])('for %d tags of distribution 2.8 are two for the repository and eight for each', async count => {
    expect(await requestsFor(distribution28, count)).toBe(2 + 8 * count)
  })

  it('of two writers at the same time are probes of one', async () => {
    const { shelf, registry, probes } = await startVendor(distribution28)
    const digests = Array.from({ length: 16 }, (_, at) => shelf.add(`${at}`, [`v${at}`]))

    await Promise.all(
      digests.map((digest, at) => createOciWriter(registry.options).deleteTag(repository, `v${at}`, digest)),
    )

    expect(probes()).toHaveLength(1)
  })
})
