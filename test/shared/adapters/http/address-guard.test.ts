import { describe, expect, it, onTestFinished } from 'vitest'
import { createHttpClient, type HttpClientOptions, type HttpRequest } from '../../../../shared/adapters/http/client.ts'
import { InvalidInputError, ShelflifeError } from '../../../../shared/errors.ts'
import { startScriptedServer } from './scripted-server.ts'

function clientOf(options: Partial<HttpClientOptions> = {}) {
  const client = createHttpClient({ trustedHosts: 'all', ...options })
  onTestFinished(() => client.close())
  return client
}

const get = (url: string): HttpRequest => ({ method: 'GET', url: new URL(url), timeoutMs: 5_000 })
const failureOf = (sent: Promise<unknown>): Promise<unknown> =>
  sent.then(
    () => 'an answer',
    error => error,
  )

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
