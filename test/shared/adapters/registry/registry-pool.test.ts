import { expect, it } from 'vitest'
import { createOciReader } from '../../../../shared/adapters/registry/oci/oci-registry.ts'
import { createOciWriter } from '../../../../shared/adapters/registry/oci/oci-writer.ts'
import { hostBudgetOf } from '../../../../shared/adapters/registry/registry-pool.ts'
import { createWriters } from '../../../../shared/adapters/registry/writers.ts'
import { parseSettings } from '../../../../shared/settings.ts'
import { json, startFakeRegistry } from './fake-registry.ts'

/** A registry that answers a list when the event loop has gone round, and counts what it has at once. */
async function startCounting(maxConcurrentRequests?: number) {
  const state = { open: 0, mostOpen: 0 }
  const registry = await startFakeRegistry(
    (_, response) => {
      state.open += 1
      state.mostOpen = Math.max(state.mostOpen, state.open)
      setTimeout(() => {
        state.open -= 1
        json(response, 200, { name: 'team/app', tags: [] })
      }, 5)
    },
    { maxConcurrentRequests },
  )
  return { registry, state }
}

it('all readers and writers of one host share its budget', async () => {
  const { registry, state } = await startCounting(3)
  const clients = [createOciReader(registry.options), createOciWriter(registry.options)]

  await Promise.all(clients.flatMap(one => Array.from({ length: 10 }, () => one.listRepository('team/app'))))

  expect(state.mostOpen).toBe(3)
})

it('the budget is what the settings of the registry say', async () => {
  const { registry, state } = await startCounting()
  const settings = parseSettings({
    registries: [{ host: 'registry.example.com', endpoint: registry.url, maxConcurrentRequests: 2 }],
  })
  const secrets = {
    findSecret: async () => undefined,
    deleteSecret: async () => undefined,
    putSecret: async () => undefined,
  }
  const writer = await createWriters({ settings, secrets }).writer('registry.example.com')

  await Promise.all(Array.from({ length: 10 }, () => writer.listRepository('team/app')))

  expect(state.mostOpen).toBe(2)
})

it('F16 a 429 to one of them slows down the others', async () => {
  const registry = await startFakeRegistry((_, response) => json(response, 429, {}, { 'retry-after': '600' }))
  const reader = createOciReader(registry.options)
  const writer = createOciWriter(registry.options)
  await reader.listRepository('team/app').catch(() => undefined)

  await expect(writer.listRepository('team/app')).rejects.toMatchObject({ kind: 'rate-limited' })

  expect(registry.requests).toHaveLength(1)
  expect(hostBudgetOf(registry.host).limit).toBe(16)
})

it('F46 two repositories that answer 429 to one credential stop no other of their host', async () => {
  const registry = await startFakeRegistry((request, response) =>
    request.url?.includes('/busy')
      ? json(response, 429, {}, { 'retry-after': '600' })
      : json(response, 200, { name: 'team/app', tags: [] }),
  )
  const ours = createOciReader({ ...registry.options, credentialId: 'eu-1/ours' })
  const theirs = createOciReader({ ...registry.options, credentialId: 'eu-1/theirs' })
  for (const path of ['busy-a/app', 'busy-b/app']) await theirs.listRepository(path).catch(() => undefined)

  await expect(theirs.listRepository('team/app')).rejects.toMatchObject({ kind: 'rate-limited', isUnsent: true })
  expect(await ours.listRepository('team/app')).toEqual({ tags: [] })
})

it('F46 a 429 to a token belongs to the credential that it was asked with', async () => {
  const registry = await startFakeRegistry((request, response) => {
    if (request.url?.startsWith('/token')) return json(response, 429, {}, { 'retry-after': '600' })
    const challenge = `Bearer realm="http://${request.headers.host}/token",service="here"`
    if (request.url?.includes('/theirs-')) return json(response, 401, {}, { 'www-authenticate': challenge })
    return json(response, 200, { name: 'team/app', tags: [] })
  })
  const ours = createOciReader({ ...registry.options, credentialId: 'eu-1/ours' })
  const theirs = createOciReader({ ...registry.options, credentialId: 'eu-1/theirs' })
  for (const path of ['theirs-a/app', 'theirs-b/app']) await theirs.listRepository(path).catch(() => undefined)

  await expect(theirs.listRepository('team/app')).rejects.toMatchObject({ kind: 'rate-limited', isUnsent: true })
  expect(await ours.listRepository('team/app')).toEqual({ tags: [] })
})
