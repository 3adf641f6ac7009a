import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { keyHeader } from '../../../cli/console/api.ts'
import { waitUntil } from '../../real/parts/wait-until.ts'
import { type Installation, startInstallation } from '../../scenarios/installation.ts'
import { deploy, newScene, sweep } from '../../scenarios/objects.ts'
import { endedRun, trackPushed } from '../../scenarios/sweep.ts'
import { answersFor, pushTags } from '../../scenarios/world.ts'
import { jsonType, openWith, send, tokenOf } from './console-fixture.ts'

const timeoutMs = 120_000
const program = fileURLToPath(new URL('../../../cli/shelflife.ts', import.meta.url))

let installation: Installation
beforeAll(async () => {
  installation = await startInstallation()
})
afterAll(() => installation?.remove())

const addressIn = (text: string): string => /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+/.exec(text)?.[0] ?? ''

/** The page of that address, with its key. */
async function opened(address: string) {
  const port = Number(new URL(address).port)
  const { key } = JSON.parse((await openWith(port, tokenOf(address))).text)
  const headers = { ...jsonType, [keyHeader]: key }
  return {
    html: (await send(port, '/')).text,
    get: async (path: string) => JSON.parse((await send(port, path, { headers })).text),
    post: async (path: string, asked: object) =>
      JSON.parse((await send(port, path, { method: 'POST', headers, body: JSON.stringify(asked) })).text),
  }
}

it(
  'is what start prints first, tells why an image was deleted, and puts it back',
  async () => {
    const scene = await newScene(installation.world, 'console')
    await pushTags(scene, 'v1', 'v2', 'v3')
    const image = (tag: string) => `${installation.world.registryHost}/${scene.repository}:${tag}`
    await deploy(scene, 'app', image('v1'))
    await trackPushed(scene, ['v1', 'v2', 'v3'])
    await sweep(scene, 'tidy', { keepRecent: 1 })
    await endedRun(scene, 'tidy')
    const page = await opened(addressIn(readFileSync(installation.logFile, 'utf8')))

    const overview = await page.get('/api/overview')
    const gone = await page.get(`/api/image?name=${encodeURIComponent(image('v2'))}`)
    const asked = { images: [gone.restore.image] }
    const { confirm } = await page.post('/api/restore', { ...asked, dryRun: true })
    const restored = await page.post('/api/restore', { ...asked, dryRun: false, confirm })

    expect(page.html).toContain('/main.js')
    expect(overview).toMatchObject({ status: { version: 1 }, clusters: [{ name: 'local', ok: true }] })
    expect(gone.explanation).toMatchObject({ state: 'gone', gone: { by: `policy local/${scene.namespace}/tidy` } })
    expect(restored.totals).toMatchObject({ missing: 0, failed: 0 })
    expect(restored.totals.restored).toBeGreaterThan(0)
    expect(await answersFor(scene, 'v2')).toEqual({ v2: 200 })
  },
  timeoutMs,
)

it(
  'is served by a process of its own too, which tells the next address once one is used, and ends when it is told to',
  async () => {
    const child = spawn(process.execPath, [program, 'console', '--data', installation.dataDir])
    const exited = once(child, 'exit')
    let said = ''
    child.stdout.on('data', chunk => {
      said += chunk
    })
    await waitUntil(() => addressIn(said) !== '', { what: 'the address of the console' })

    const page = await opened(addressIn(said))
    const overview = await page.get('/api/overview')
    await waitUntil(() => said.includes('for another tab'), { what: 'the next address' })
    child.kill('SIGTERM')

    expect(overview.status.version).toBe(1)
    expect((await exited)[0]).toBe(0)
  },
  timeoutMs,
)
