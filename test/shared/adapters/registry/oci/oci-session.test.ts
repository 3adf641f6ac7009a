import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createHttpClient } from '../../../../../shared/adapters/http/client.ts'
import { createOciReader } from '../../../../../shared/adapters/registry/oci/oci-registry.ts'
import { failureOf } from '../../../../support/failure-of.ts'
import { startScriptedServer } from '../../http/scripted-server.ts'
import { json, refusal, sha256, someDigest, startFakeRegistry } from '../fake-registry.ts'

const credential = { username: 'reader', password: 'hush-hush' }
const basic = `Basic ${Buffer.from('reader:hush-hush').toString('base64')}`

const challenge = (response: ServerResponse, header: string) =>
  json(response, 401, refusal('UNAUTHORIZED'), { 'www-authenticate': header })

describe('a redirect', () => {
  it('to another host carries no credential', async () => {
    const blob = '{"os":"linux"}'
    const storage = await startScriptedServer((_request, response) => response.end(blob))
    const registry = await startFakeRegistry(
      (request, response) => {
        if (request.headers.authorization !== basic) challenge(response, 'Basic realm="registry"')
        else response.writeHead(307, { location: `${storage.url}/bucket/blob?signature=1` }).end()
      },
      { credential, realmHosts: [] },
    )
    const http = createHttpClient({ trustedHosts: 'all' })

    const config = await createOciReader({ ...registry.options, http }).findConfig('team/app', sha256(blob))

    expect(config).toEqual({ os: 'linux' })
    expect(storage.requests[0]?.headers.authorization).toBeUndefined()
  })

  it('B12 to an address that the settings do not name is refused', async () => {
    const registry = await startFakeRegistry((_request, response) =>
      response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
    )

    const failure = await failureOf(createOciReader(registry.options).findConfig('team/app', someDigest))

    expect(failure).toMatchObject({ name: 'InvalidInputError' })
  })

  it('B12 without end is refused after three', async () => {
    const registry = await startFakeRegistry((request, response) =>
      response.writeHead(302, { location: `${request.url}/again` }).end(),
    )

    const failure = await failureOf(createOciReader(registry.options).findConfig('team/app', someDigest))

    expect(failure).toMatchObject({ name: 'InvalidInputError' })
    expect(registry.requests).toHaveLength(4)
  })

  it('B30 of a tag list is followed at most three times', async () => {
    const registry = await startFakeRegistry((_request, response) => response.writeHead(302, { location: '/x' }).end())

    expect(await failureOf(createOciReader(registry.options).listRepository('team/app'))).toMatchObject({
      name: 'InvalidInputError',
    })
    expect(registry.requests).toHaveLength(4)
  })
})
