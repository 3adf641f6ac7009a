import { describe, expect, it, onTestFinished } from 'vitest'
import { createAddressGuard } from '../../../../shared/adapters/http/address-guard.ts'
import { createHttpClient, type HttpClientOptions, type HttpRequest } from '../../../../shared/adapters/http/client.ts'
import { InvalidInputError, ShelflifeError } from '../../../../shared/errors.ts'
import { failureOf } from '../../../support/failure-of.ts'
import { startScriptedServer } from './scripted-server.ts'

function clientOf(options: Partial<HttpClientOptions> = {}) {
  const client = createHttpClient({ trustedHosts: 'all', ...options })
  onTestFinished(() => client.close())
  return client
}

const get = (url: string): HttpRequest => ({ method: 'GET', url: new URL(url), timeoutMs: 5_000 })
describe('an address that the settings do not name', () => {
  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]:5000/v2/',
    'http://0x7f.1/v2/',
    'http://2130706433/v2/',
    'http://0177.0.0.1/v2/',
    'http://0/v2/',
    'http://[::ffff:169.254.169.254]/v2/',
    'http://[64:ff9b::a9fe:a9fe]/v2/',
    'http://[fe80::1]/v2/',
    'http://[fd00:ec2::254]/v2/',
    'http://[fd00:ec2::23]/v2/',
    'http://[fd20:ce::254]/v2/',
    'http://[fd00:c1::a9fe:a9fe]/v2/',
    'http://[fd00:42::42]/v2/',
    'http://192.0.0.192/v2/',
    'http://[::ffff:192.0.0.192]/v2/',
    'http://224.0.0.1/v2/',
    'http://255.255.255.255/v2/',
    'http://[ff02::1]/v2/',
    'http://[64:ff9b:1::a9fe:a9fe]/v2/',
    'http://[::ffff:0:a9fe:a9fe]/v2/',
    'http://[2002:6464:64c8::]/v2/',
    'http://[2001:0:a9fe:a9fe::]/v2/',
    'http://localhost:5000/v2/',
  ])('B11 is refused: %s', async url => {
    const failure = await failureOf(clientOf({ trustedHosts: ['registry.example.com'] }).send(get(url)))

    expect(failure).toBeInstanceOf(InvalidInputError)
  })

  it.each(['http://user@registry.example.com/', 'http://registry.example.com:0/', 'ftp://registry.example.com/'])(
    'B11 is refused even where all are trusted: %s',
    async url => {
      const failure = await failureOf(clientOf().send(get(url)))

      expect(failure).toBeInstanceOf(InvalidInputError)
    },
  )

  it('B11 is told from a host that they do by a dot at its end', async () => {
    const server = await startScriptedServer((_request, response) => response.end())
    const port = server.host.split(':')[1]

    const failure = await failureOf(
      clientOf({ trustedHosts: [`localhost:${port}`] }).send(get(`http://localhost.:${port}`)),
    )

    expect(failure).toBeInstanceOf(ShelflifeError)
    expect(server.requests).toEqual([])
  })

  it('B11 is told from another port of a host that they do', async () => {
    const named = await startScriptedServer((_request, response) => response.end('named'))
    const other = await startScriptedServer((_request, response) => response.end('other'))
    const client = clientOf({ trustedHosts: [named.host] })

    const answer = await client.send(get(named.url))
    const failure = await failureOf(client.send(get(other.url)))

    expect(answer.body.toString()).toBe('named')
    expect(failure).toBeInstanceOf(InvalidInputError)
    expect(other.requests).toEqual([])
  })
})

describe('a private address', () => {
  const guards = {
    refused: createAddressGuard({ refusePrivate: true }),
    allowed: createAddressGuard({ refusePrivate: false }),
  }
  const lookedUp = (guard: keyof typeof guards, name: string) =>
    new Promise(resolve => guards[guard].lookup(name, {}, (error, address) => resolve(error ?? address)))

  it.each([
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '100.64.0.1',
    '100.127.255.255',
    '198.18.0.1',
    'fd12:3456::1',
    'fec0::1',
    '::ffff:10.1.2.3',
  ])('is refused where the settings say so, as a literal and behind a name: %s', async address => {
    const url = new URL(`https://${address.includes(':') ? `[${address}]` : address}:5000/v2/`)

    expect(() => guards.refused.refuseLiteral(url)).toThrow(InvalidInputError)
    expect(() => guards.allowed.refuseLiteral(url)).not.toThrow()
    expect(await lookedUp('refused', address)).toBeInstanceOf(InvalidInputError)
    expect(await lookedUp('allowed', address)).toBe(address)
  })

  it.each(['172.32.0.1', '100.128.0.1', '192.0.2.1', '11.0.0.1', '2600::1'])('is not %s', async address => {
    expect(await lookedUp('refused', address)).toBe(address)
  })

  it('does not stand in the message, which whoever wrote the name reads', async () => {
    expect(String(await lookedUp('refused', '10.1.2.3'))).toMatch(/got a private one/)
    expect(String(await lookedUp('refused', '10.1.2.3')).split('10.1.2.3')).toHaveLength(2)
  })
})
