import { expect, it } from 'vitest'
import { createHarborReader } from '../../../../../shared/adapters/registry/harbor/harbor-reader.ts'
import { startScriptedServer } from '../../http/scripted-server.ts'
import { json } from '../fake-registry.ts'

const quota = (storage: number) => ({ quota: { hard: { storage: 1_000 }, used: { storage } } })

it('is that of the project of the name, where the name is the number of another', async () => {
  // As Harbor reads the path: a number is an id, unless the request says that it is a name.
  const server = await startScriptedServer((request, response) => {
    const isName = request.headers['x-is-resource-name'] === 'true'
    json(response, 200, quota(isName ? 100 : 900))
  })
  const reader = createHarborReader({ host: 'harbor.example.com', endpoint: server.url, configured: true })

  expect(await reader.findQuota?.('2026/app')).toEqual({ scope: '2026', usedBytes: 100, capacityBytes: 1_000 })
})
