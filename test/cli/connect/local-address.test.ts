import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readLocalAddress } from '../../../cli/connect/local-address.ts'
import { ensureAccessKey } from '../../../cli/embedded/access-key.ts'
import { UnavailableError } from '../../../shared/errors.ts'
import { testFolder } from '../embedded/aws/embedded-aws.ts'

/** A data folder, and a server on the address that its installation had. */
async function folderWithServer(settings: object = {}, further: object = {}) {
  const dataDir = await testFolder()
  let requests = 0
  const server = createServer((_, response) => {
    requests += 1
    response.end()
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const addresses = { aws: url, dynamodb: url, table: 'shelflife', archive: 'archive', region: 'us-east-1', ...further }
  await writeFile(join(dataDir, 'endpoints.json'), JSON.stringify(addresses))
  await writeFile(join(dataDir, 'settings.json'), JSON.stringify(settings))
  return { dataDir, requests: () => requests }
}

it('T8 signs what a command asks with the key of the data folder', async () => {
  const { dataDir } = await folderWithServer()
  await writeFile(join(dataDir, 'process.lock'), String(process.ppid))
  const key = ensureAccessKey(dataDir)

  const { dynamodb, others } = await readLocalAddress(dataDir)

  expect(dynamodb.credentials).toEqual(key)
  expect(others.credentials).toEqual(key)
})

it('T8 asks nothing of whoever took the port of an installation that has ended', async () => {
  const { dataDir, requests } = await folderWithServer()
  ensureAccessKey(dataDir)

  await expect(readLocalAddress(dataDir)).rejects.toThrow(UnavailableError)

  expect(requests()).toBe(0)
})

describe('the address of the webhooks', () => {
  const webhook = 'http://127.0.0.1:8080/webhook'
  const pod = { clusters: [{ name: 'main', kubeconfigSecret: 'in-cluster' }] }
  const addressOf = async (settings: object, further: object) => {
    const { dataDir } = await folderWithServer(settings, { webhook, ...further })
    await writeFile(join(dataDir, 'process.lock'), String(process.ppid))
    ensureAccessKey(dataDir)
    return (await readLocalAddress(dataDir)).findWebhookUrl()
  }

  it('is that of the loopback of one machine', async () => {
    expect(await addressOf({}, {})).toBe('http://127.0.0.1:8080')
  })

  it('of a Pod is the one that it was told', async () => {
    expect(await addressOf(pod, { webhookBase: 'https://hooks.example.com' })).toBe('https://hooks.example.com')
  })

  it('of a Pod that was told none is asked for', async () => {
    await expect(addressOf(pod, {})).rejects.toThrow('expected --url, such as http://shelflife.shelflife.svc')
  })
})
