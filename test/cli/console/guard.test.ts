import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keyHeader } from '../../../cli/console/api.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createSweepFixture } from '../../support/sweep-fixture.ts'
import { installationOf } from '../memory-installation.ts'
import { consoleOf, jsonType, openPage, openWith, send, tokenOf } from './console-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

const served = () => {
  const sweep = createSweepFixture(world)
  return consoleOf(installationOf(world, sweep), sweep.now)
}

const opened = () => {
  const sweep = createSweepFixture(world)
  return { sweep, page: openPage(installationOf(world, sweep, { mayWrite: true }), sweep.now) }
}

describe('the console', () => {
  it.each([
    ['a name that points here', { host: 'evil.example.com' }],
    ['such a name with the port', { host: 'evil.example.com:PORT' }],
    ['another port', { host: '127.0.0.1:1' }],
    ['no port', { host: '127.0.0.1' }],
    ['a name below localhost', { host: 'evil.localhost:PORT' }],
    ['an address that ends so', { host: 'evil-127.0.0.1:PORT' }],
    ['a page of another port', { host: '127.0.0.1:PORT', origin: 'http://127.0.0.1:1' }],
    ['a page of the internet', { host: '127.0.0.1:PORT', origin: 'https://evil.example.com' }],
    ['a page without an origin', { host: '127.0.0.1:PORT', origin: 'null' }],
    ['a page that is called otherwise', { host: '127.0.0.1:PORT', origin: 'http://localhost:PORT' }],
    ['a page that the browser tells of', { host: '127.0.0.1:PORT', 'sec-fetch-site': 'same-site' }],
    ['a page that the browser calls foreign', { host: '127.0.0.1:PORT', 'sec-fetch-site': 'cross-site' }],
  ])('gives no session to %s, though the token is right', async (_, headers) => {
    const console = await served()
    const withPort = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace('PORT', String(console.port))]),
    )
    const body = JSON.stringify({ token: tokenOf(console.address()) })

    const answer = await send(console.port, '/api/session', {
      method: 'POST',
      headers: { ...jsonType, ...withPort },
      body,
    })

    expect(answer.status).toBe(403)
    expect(JSON.parse(answer.text).message).toMatch(/^expected .*; open the printed address$/)
    expect((await openWith(console.port, JSON.parse(body).token)).status).toBe(200)
  })

  it.each(['127.0.0.1', 'localhost'])('answers its own page as %s', async name => {
    const console = await served()
    const host = `${name}:${console.port}`
    const headers = { ...jsonType, host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }
    const body = JSON.stringify({ token: tokenOf(console.address()) })

    const answer = await send(console.port, '/api/session', { method: 'POST', headers, body })

    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.text)).toEqual({
      key: expect.any(String),
      actor: 'person alice',
      command: expect.any(String),
    })
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  it('takes a token once, and tells the address for the next tab, whose session is another', async () => {
    const console = await served()
    const token = tokenOf(console.address())

    const [first, again] = [await openWith(console.port, token), await openWith(console.port, token)]
    const [next = ''] = console.addresses
    const second = await openWith(console.port, tokenOf(next))

    expect([first.status, again.status, second.status]).toEqual([200, 401, 200])
    expect(JSON.parse(again.text).message).toMatch(/^expected the token of a new address, .*; run .* console, or open /)
    expect(JSON.parse(second.text).key).not.toBe(JSON.parse(first.text).key)
    expect(console.addresses).toHaveLength(2)
  })

  it.each(['', 'x', 'x'.repeat(43)])('gives no session for the token %j', async token => {
    const console = await served()

    expect((await openWith(console.port, token)).status).toBe(401)
    expect(console.addresses).toEqual([])
  })

  it.each([
    ['GET', '/api/overview'],
    ['GET', '/api/history'],
    ['GET', '/api/nothing'],
    ['POST', '/api/pause'],
    ['POST', '/api/restore'],
    ['POST', '/api/what-if'],
    ['POST', '/api/approve'],
    ['GET', '/api//overview'],
    ['GET', '/%61pi/overview'],
    ['GET', '/x/../api/overview'],
  ])('tells and does nothing without the key: %s %s', async (method, path) => {
    const { sweep, page } = opened()
    const { port, headers } = await page
    const wrong = [
      {},
      { [keyHeader]: '' },
      { [keyHeader]: `${headers[keyHeader]}x` },
      { cookie: `${keyHeader}=${headers[keyHeader]}` },
    ]

    const answers = await Promise.all(
      wrong.map(bad =>
        send(port, path, { method, headers: { ...jsonType, ...bad }, body: method === 'POST' ? '{}' : '' }),
      ),
    )

    expect(answers.map(({ status }) => status === 401 || status === 404)).not.toContain(false)
    expect(answers.flatMap(({ text }) => Object.keys(JSON.parse(text)))).toEqual(Array(4).fill('message'))
    expect(sweep.killSwitch.on).toBe(false)
  })

  it('does nothing by GET, nor for a form of another page', async () => {
    const { sweep, page } = opened()
    const { port, headers } = await page

    const read = await send(port, '/api/pause', { headers })
    const form = await send(port, '/api/pause', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'text/plain' },
      body: '{}',
    })

    expect([read.status, form.status]).toEqual([404, 400])
    expect(sweep.killSwitch.on).toBe(false)
  })

  it.each(['with', 'without'])('reads no more than a bounded body, %s a length', async length => {
    const { port, headers } = await opened().page
    const body = JSON.stringify({ policy: 'x'.repeat(300 * 1024) })
    const sent = { ...headers, ...jsonType, ...(length === 'without' && { 'transfer-encoding': 'chunked' }) }

    const answer = await send(port, '/api/pause', { method: 'POST', headers: sent, body })

    expect(answer.status).toBe(413)
    expect(JSON.parse(answer.text).message).toMatch(/^expected at most 262144 bytes/)
  })

  it.each([
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/package.json',
    '/page/main.tsx',
    '/main.js/../../command.ts',
    '//etc/passwd',
    '/\\..\\package.json',
    '/constructor',
    '/__proto__',
    '/%00',
    '/%',
  ])('gives no file for %s', async path => {
    const { port, headers } = await opened().page

    const answer = await send(port, path, { headers })

    // Of what is no path at all the HTTP server itself makes an end, without a word.
    expect([400, 404]).toContain(answer.status)
    expect(Object.keys(JSON.parse(answer.text || '{"message":""}'))).toEqual(['message'])
  })

  it.each([
    ['no JSON', '{'],
    ['another field', '{"policy":"a/b","force":true}'],
    ['a list', '[]'],
    ['a number', '{"policy":7}'],
    ['the prototype', '{"__proto__":{"policy":"a/b"},"x":1}'],
    ['a long name', JSON.stringify({ policy: 'x'.repeat(2001) })],
  ])('refuses %s in a body, and says what it expects', async (_, body) => {
    const { sweep, page } = opened()
    const { port, headers } = await page

    const answer = await send(port, '/api/pause', { method: 'POST', headers: { ...headers, ...jsonType }, body })

    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.text).message).toMatch(/expected/)
    expect(sweep.killSwitch.on).toBe(false)
  })

  it('lets the page run its own scripts alone, and nobody put it into his or keep what it says, in refusals neither', async () => {
    const { port } = await served()

    const answers = [
      await send(port, '/'),
      await send(port, '/api/overview'),
      await send(port, '/', { headers: { host: 'x' } }),
    ]

    expect(answers.map(({ status }) => status)).toEqual([200, 401, 403])
    for (const { headers } of answers) {
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
      expect(headers['content-security-policy']).toMatch(
        /^default-src 'none'; script-src 'self';.* frame-ancestors 'none'$/,
      )
      expect(headers['content-security-policy']).not.toMatch(/unsafe|\*/)
      expect(headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  it('listens on loopback alone', async () => {
    const { address } = await served()

    expect(new URL(address()).hostname).toBe('127.0.0.1')
  })
})
