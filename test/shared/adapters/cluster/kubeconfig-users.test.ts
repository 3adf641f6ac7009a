import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request as httpRequest, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleShape } from '../../../../infra/bundle.ts'
import { parseKubeconfig } from '../../../../shared/adapters/cluster/kubeconfig.ts'
import { AccessDeniedError } from '../../../../shared/errors.ts'

type Parse = typeof parseKubeconfig

let folder: string
let bundled: Parse
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shelflife-kubeconfig-'))
  const outfile = join(folder, 'kubeconfig.mjs')
  const entry = new URL('../../../../shared/adapters/cluster/kubeconfig.ts', import.meta.url).pathname
  await build({ ...bundleShape, entryPoints: [entry], outfile })
  const module: { parseKubeconfig: Parse } = await import(pathToFileURL(outfile).href)
  bundled = module.parseKubeconfig
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const portOf = (server: Server): number => (server.address() as AddressInfo).port
const base64 = (text: string) => Buffer.from(text).toString('base64')

const kubeconfig = (user: object, cluster: object = {}): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'only',
    clusters: [{ name: 'c', cluster: { server: 'https://api.example.com', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'only', context: { cluster: 'c', user: 'u' } }],
  })

/** A credential plugin that prints what `aws eks get-token` would. */
function plugin(status: object): object {
  const file = join(folder, 'plugin.cjs')
  const credential = { apiVersion: 'client.authentication.k8s.io/v1beta1', kind: 'ExecCredential', status }
  writeFileSync(file, `console.log(${JSON.stringify(JSON.stringify(credential))})`)
  return { exec: { apiVersion: credential.apiVersion, command: process.execPath, args: [file] } }
}

// What Lambda runs is the bundle, from which much of the client's library is left out.
describe.each([
  ['as it stands', () => parseKubeconfig],
  ['as it is bundled', () => bundled],
])('the user of a kubeconfig, %s,', (_, parse) => {
  const optionsOf = (text: string) => parse()('eu-1', text).requestOptions()

  it('shows its certificate, and trusts the one of the cluster', async () => {
    const user = { 'client-certificate-data': base64('cert'), 'client-key-data': base64('key') }

    const options = await optionsOf(kubeconfig(user, { 'certificate-authority-data': base64('authority') }))

    expect(options).toMatchObject({
      cert: Buffer.from('cert'),
      key: Buffer.from('key'),
      ca: Buffer.from('authority'),
    })
  })

  it('reads its token from a file', async () => {
    const file = join(folder, 'token')
    writeFileSync(file, 'from-a-file')

    const options = await optionsOf(kubeconfig({ 'token-file': file }))

    expect(options.headers).toEqual({ Authorization: 'Bearer from-a-file' })
  })

  it('asks its credential plugin for a token', async () => {
    const options = await optionsOf(kubeconfig(plugin({ token: 'from-a-plugin' })))

    expect(options.headers).toEqual({ Authorization: 'Bearer from-a-plugin' })
  })

  it('asks its credential plugin for a certificate', async () => {
    const status = { clientCertificateData: 'plugin-cert', clientKeyData: 'plugin-key' }

    const options = await optionsOf(kubeconfig(plugin(status)))

    expect(options).toMatchObject({ cert: 'plugin-cert', key: 'plugin-key' })
  })

  it('is refused where its plugin fails, without what the plugin said', async () => {
    const exec = { apiVersion: 'client.authentication.k8s.io/v1beta1', command: 'false', args: ['s3cret'] }

    const refusal: Error = await optionsOf(kubeconfig({ exec })).then(
      () => new Error('expected a refusal'),
      error => error,
    )

    expect(refusal.name).toBe(AccessDeniedError.name)
    expect(refusal.message).not.toContain('s3cret')
  })

  it.each([
    ['https://proxy.example.com:3128', 'HttpsProxyAgent'],
    ['socks5://proxy.example.com:1080', 'SocksProxyAgent'],
  ])('goes through the proxy %s', async (proxy, agent) => {
    const options = await optionsOf(kubeconfig({ token: 't' }, { 'proxy-url': proxy }))

    expect(options.agent?.constructor.name).toBe(agent)
  })

  it('reaches the server through a proxy that answers', async () => {
    const api = createServer((request, response) => response.end(request.headers.authorization))
    const proxy = createServer().on('connect', ({ url }, socket) => {
      tunnels.push(url)
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      const upstream = connect(portOf(api), '127.0.0.1')
      socket.pipe(upstream).pipe(socket)
    })
    const tunnels: (string | undefined)[] = []
    for (const server of [api, proxy]) await once(server.listen(0, '127.0.0.1'), 'listening')
    const proxyUrl = `http://127.0.0.1:${portOf(proxy)}`
    const cluster = { server: 'http://api.example.com', 'insecure-skip-tls-verify': true, 'proxy-url': proxyUrl }
    const server = parse()('eu-1', kubeconfig({ token: 'for-the-proxied' }, cluster))

    const options = await server.requestOptions()
    const [response] = await once(httpRequest(`${server.url}/version`, options).end(), 'response')
    const answer = await text(response)
    for (const server of [api, proxy]) server.close().closeAllConnections()

    expect(answer).toBe('Bearer for-the-proxied')
    expect(tunnels).toEqual(['api.example.com:80'])
  })
})
