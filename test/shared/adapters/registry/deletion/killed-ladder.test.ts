import { expect, it } from 'vitest'
import type { HttpClient } from '../../../../../shared/adapters/http/client.ts'
import { createOciWriter } from '../../../../../shared/adapters/registry/oci/oci-writer.ts'
import { createRegistryPool } from '../../../../../shared/adapters/registry/registry-pool.ts'
import { startFakeRegistry } from '../fake-registry.ts'
import { acr, distribution28, login, Shelf, type Vendor, vendorScript } from '../vendor-registries.ts'

const repository = 'team/app'

class Killed extends Error {}

/** Deletes two tags of one image as a process does that ends before, or right after, its request number `last`. */
async function deleteKilled(vendor: Vendor, last: number, isAnswered: boolean) {
  const shelf = new Shelf()
  const digest = shelf.add('one', ['prod', 'old', 'kept'])
  const { options } = await startFakeRegistry(vendorScript(vendor, shelf), { credential: login })
  const pool = createRegistryPool(options)
  let sent = 0
  const http: HttpClient = {
    send: async request => {
      sent += 1
      if (sent > last || (sent === last && !isAnswered)) throw new Killed()
      const response = await pool.send(request)
      if (sent === last) throw new Killed()
      return response
    },
    receive: () => Promise.reject(new Error('expected no stream')),
    close: () => pool.close(),
  }
  const writer = createOciWriter({ ...options, http })
  try {
    for (const tag of ['prod', 'old']) await writer.deleteTag(repository, tag, digest)
  } catch (error) {
    expect(error).toBeInstanceOf(Killed)
  }
  return { shelf, digest, sent, again: () => createOciWriter(options) }
}

const lockedOnAcr = acr({ prod: { deleteEnabled: false } })
const lockedAlone: Vendor = { deleteTag: (_, tag) => (tag === 'prod' ? [405, 'UNSUPPORTED'] : undefined) }
/** Deletes no tag by its name, and says of the locked one that it is. */
const lockedOnOld: Vendor = { deleteTag: (_, tag) => (tag === 'prod' ? [423, 'DENIED'] : [400, 'DIGEST_INVALID']) }

it.each([
  ['ACR', lockedOnAcr],
  ['a registry whose lock says no more than 405', lockedAlone],
  ['a registry without deletes of tags', lockedOnOld],
])(
  'I30 killed at any request of the ladder on %s, the locked tag never pointed at anything else',
  async (_, vendor) => {
    const { sent: whole } = await deleteKilled(vendor, Number.POSITIVE_INFINITY, true)

    for (let last = 1; last <= whole; last++)
      for (const isAnswered of [false, true]) {
        const { shelf, digest } = await deleteKilled(vendor, last, isAnswered)

        expect([...(shelf.pointedAt.get('prod') ?? [])]).toEqual([digest])
        expect(shelf.tags.get('prod')).toBe(digest)
      }
  },
)

it('F8 killed at any request of the ladder, the next run ends it and leaves neither tag nor dummy', async () => {
  const { sent: whole } = await deleteKilled(distribution28, Number.POSITIVE_INFINITY, true)

  for (let last = 1; last <= whole; last++) {
    const { shelf, digest, again } = await deleteKilled(distribution28, last, true)
    for (const tag of ['prod', 'old']) await again().deleteTag(repository, tag, digest)

    expect([[...shelf.tags.keys()], [...shelf.manifests.keys()]]).toEqual([['kept'], [digest]])
  }
})

it('F45 a dummy whose push had no answer and was done is taken off again', async () => {
  const shelf = new Shelf()
  const digest = shelf.add('one', ['v1', 'kept'])
  const script = vendorScript(distribution28, shelf)
  const { options } = await startFakeRegistry(
    (request, response) => {
      // What was asked is done, and each answer to a push is lost.
      if (request.method === 'PUT') response.writeHead = () => response.destroy()
      script(request, response)
    },
    { credential: login },
  )

  const outcome = await createOciWriter(options).deleteTag(repository, 'v1', digest)

  expect(outcome).toEqual({ outcome: 'deleted', by: 'dummy' })
  expect([[...shelf.tags.keys()], shelf.manifests.has(digest)]).toEqual([['kept'], true])
})
