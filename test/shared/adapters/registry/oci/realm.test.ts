import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createOciReader } from '../../../../../shared/adapters/registry/oci/oci-registry.ts'
import { requireRealm } from '../../../../../shared/adapters/registry/oci/realm.ts'
import { failureOf } from '../../../../support/failure-of.ts'
import { startScriptedServer } from '../../http/scripted-server.ts'
import { json, refusal, startFakeRegistry } from '../fake-registry.ts'

const credential = { username: 'reader', password: 'hush-hush' }
const basic = `Basic ${Buffer.from('reader:hush-hush').toString('base64')}`

const challenge = (response: ServerResponse, header: string) =>
  json(response, 401, refusal('UNAUTHORIZED'), { 'www-authenticate': header })

describe('a realm', () => {
  const realmAt = (realm: string) =>
    startFakeRegistry((_request, response) => challenge(response, `Bearer realm="${realm}"`), { credential })

  it.each([
    ['CVE-2026-33540 another host', 'https://evil.example/token'],
    ['CVE-2026-48978 the metadata service', 'http://169.254.169.254/latest/meta-data/'],
    ['CVE-2026-48978 a private address', 'http://10.0.0.1/token'],
    ['B12 a file', 'file:///etc/passwd'],
    ['B12 a user in front of the host', 'http://evil@127.0.0.1/token'],
    ['B12 nothing that is an address', '/token'],
  ])('is refused: %s', async (_name, realm) => {
    const registry = await realmAt(realm)

    const failure = await failureOf(createOciReader(registry.options).listRepository('team/app'))

    expect(['AccessDeniedError', 'InvalidInputError']).toContain((failure as Error).name)
    expect(registry.requests).toHaveLength(1)
  })

  it('CVE-2026-33540 on another port of the same host gets no credential', async () => {
    const other = await startScriptedServer((_request, response) => json(response, 200, { token: 'stolen' }))
    const registry = await realmAt(`${other.url}/token`)

    const failure = await failureOf(createOciReader(registry.options).listRepository('team/app'))

    expect(failure).toMatchObject({ name: 'InvalidInputError' })
    expect(other.requests).toEqual([])
  })

  it('B13 look-alike of the registry by its end gets no credential', async () => {
    const registry = await realmAt('https://registry.example.com.evil.example/token')

    const failure = await failureOf(
      createOciReader({ ...registry.options, host: 'registry.example.com' }).listRepository('team/app'),
    )

    expect(failure).toMatchObject({ name: 'InvalidInputError' })
  })

  it('B12 on plain HTTP is refused to a registry on https', () => {
    const rules = { host: 'registry.example.com', endpoint: new URL('https://registry.example.com'), realmHosts: [] }

    expect(() => requireRealm('http://registry.example.com/token', rules)).toThrow(/https/)
  })

  it('on a host that the settings allow gets the credential', async () => {
    const realm = await startScriptedServer((_request, response) => json(response, 200, { access_token: 'good' }))
    const registry = await startFakeRegistry(
      (request, response) => {
        if (request.headers.authorization === 'Bearer good') json(response, 200, { tags: ['v1'] })
        else challenge(response, `Bearer realm="${realm.url}/token"`)
      },
      { credential, realmHosts: [realm.host] },
    )

    const listing = await createOciReader(registry.options).listRepository('team/app')

    expect(listing.tags).toEqual([{ tag: 'v1' }])
    expect(realm.requests[0]?.headers.authorization).toBe(basic)
  })

  it('B12 that redirects is refused, and what it redirects to is not asked', async () => {
    const other = await startScriptedServer((_request, response) => json(response, 200, { token: 'stolen' }))
    const registry = await startFakeRegistry(
      (request, response) => {
        if (request.url?.startsWith('/token')) response.writeHead(302, { location: `${other.url}/token` }).end()
        else challenge(response, `Bearer realm="http://${request.headers.host}/token"`)
      },
      { credential },
    )

    const failure = await failureOf(createOciReader(registry.options).listRepository('team/app'))

    expect(failure).toMatchObject({ name: 'InvalidInputError' })
    expect(other.requests).toEqual([])
  })
})
