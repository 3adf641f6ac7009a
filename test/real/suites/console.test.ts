import { PatchStrategy } from '@kubernetes/client-node'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addressOf } from '../../../cli/console/page/routes.ts'
import { violationsIn } from '../parts/accessibility.ts'
import { go, openPage, overflowOf, startBrowser, type WatchedPage } from '../parts/browser.ts'
import { isFocusVisible, tabTo } from '../parts/keyboard.ts'
import { waitUntil } from '../parts/wait-until.ts'
import { answerFor, type DemoInstallation, nextAddress, startDemo } from './demo-installation.ts'

const repository = 'harbor.example.com/myapp/myapp'
const policy = 'local/production/auto-cleanup'

let browser: Browser
let demo: DemoInstallation
let watched: WatchedPage
let used = ''

beforeAll(async () => {
  browser = await startBrowser()
  demo = await startDemo()
})
afterAll(async () => {
  await demo?.remove()
  await browser?.close()
})

/** A tab of its own with the address that was printed last. */
async function open(): Promise<WatchedPage> {
  const address = used === '' ? demo.consoleAddress() : await nextAddress(demo, used)
  used = address
  const opened = await openPage(browser)
  await opened.page.goto(address)
  await opened.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
  return opened
}

/** Has the demo's policy delete v1.0.0, which nothing runs, and waits until it has. */
async function deleteOldest(): Promise<void> {
  await waitUntil(async () => (await answerFor(demo, 'myapp/myapp', 'v1.0.0')) === 200, { what: 'the demo' })
  const change = (run: string) =>
    demo.client.patch(
      {
        apiVersion: 'image.theriseunion.io/v1alpha1',
        kind: 'ImageCleanupPolicy',
        metadata: {
          name: 'auto-cleanup',
          namespace: 'production',
          annotations: { 'theriseunion.io/manual-run': run },
        },
        spec: {
          keepRecent: 3,
          unusedDays: null,
          gracePeriod: '1s',
          maxDeletionPercent: 100,
          targets: ['Configuration', 'RegistryArtifact'],
        },
      } as Parameters<typeof demo.client.patch>[0],
      undefined,
      undefined,
      undefined,
      undefined,
      PatchStrategy.MergePatch,
    )
  let run = 0
  await waitUntil(
    async () => {
      if ((await answerFor(demo, 'myapp/myapp', 'v1.0.0')) === 404) return true
      await change(String(++run))
      return false
    },
    { what: 'v1.0.0 to be deleted', intervalMs: 2_000 },
  )
}

describe('the console of npm start', () => {
  it('opens by the printed address, keeps its session over a reload, and lets nobody in by a used address, but by the next one in the same tab', async () => {
    const first = demo.consoleAddress()
    watched = await open()
    await watched.page.reload()
    await watched.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    const second = await openPage(browser)
    await second.page.goto(first)
    await second.page.getByRole('heading', { name: 'The console is closed' }).waitFor()
    used = await nextAddress(demo, used)
    await second.page.goto(used)
    await second.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    // The tab is open, and is given the address after that: it must be taken, and leave the page where it was.
    used = await nextAddress(demo, used)
    await second.page.goto(used)
    await nextAddress(demo, used)
    await second.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    await second.close()

    expect(await watched.page.evaluate('location.hash')).toBe('#/overview')
    expect(await watched.page.getByRole('link', { name: repository }).count()).toBe(1)
  })

  it('keeps the theme that was chosen', async () => {
    const ground = () => watched.page.evaluate('getComputedStyle(document.body).backgroundColor')
    const light = await ground()
    await watched.page.getByLabel('Theme').selectOption('dark')
    await waitUntil(async () => (await ground()) !== light, { what: 'the dark theme' })
    const dark = await ground()
    await watched.page.reload()
    await watched.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()

    expect(await ground()).toBe(dark)
    await watched.page.getByLabel('Theme').selectOption('system')
  })

  it('shows each version of a repository with what runs it and why it stays, and leads to the whole answer', async () => {
    const { page } = watched
    await page.getByRole('link', { name: repository }).click()
    await page.getByRole('row', { name: /v1\.0\.3.*Current.*Deployment production\/myapp-deployment/ }).waitFor()
    await page
      .getByRole('row', { name: /v1\.0\.0/ })
      .getByRole('link', { name: /^why/ })
      .click()
    await page.getByText('Repository production/myapp-v1.0.0 in cluster local, for tag v1.0.0').waitFor()

    expect(await page.locator('h1').textContent()).toContain(`${repository}@sha256:`)
  })

  it('says at once what another number of a policy would delete and free, and applies nothing', async () => {
    await go(watched, addressOf('policy', policy))
    const { page } = watched
    await page.getByLabel('unusedDays', { exact: true }).fill('')
    await page.getByText(/Would free .* instead of/).waitFor()
    await page.getByText('YAML', { exact: true }).click()
    const yaml = (await page.locator('pre').textContent()) ?? ''
    const stored = await demo.client.read({
      apiVersion: 'image.theriseunion.io/v1alpha1',
      kind: 'ImageCleanupPolicy',
      metadata: { name: 'auto-cleanup', namespace: 'production' },
    })

    expect(yaml).toContain('kind: ImageCleanupPolicy')
    expect(yaml).not.toContain('unusedDays')
    expect(stored).toMatchObject({ spec: { unusedDays: 30 } })
  })

  it('pauses and resumes all sweeps by its button', async () => {
    const { page } = watched
    await go(watched, addressOf('overview'))
    await page.getByRole('button', { name: 'Pause all sweeps' }).click()
    await page.getByRole('heading', { name: 'Sweeps are paused' }).waitFor()
    await page.getByRole('button', { name: 'Resume all sweeps' }).click()
    await page.getByRole('heading', { name: 'Sweeps are running' }).waitFor()
  })

  it('answers why an image was deleted and gives it back, by the keyboard alone', async () => {
    await deleteOldest()
    const { page } = watched
    await go(watched, addressOf('overview'))
    await page.reload()
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    await tabTo(page.getByLabel('Why is this image here, or gone?'))
    await page.keyboard.type(`${repository}:v1.0.0`)
    await page.keyboard.press('Enter')
    const restore = page.getByRole('button', { name: 'Restore…' })
    await restore.waitFor()
    const answer = page.getByRole('region', { name: 'Answer' })

    expect(await answer.textContent()).toMatch(/Deleted because.*keepRecent|Deleted because.*newest/)
    expect(await answer.textContent()).toContain(policy)
    expect(await restore.evaluate(button => button.getBoundingClientRect().bottom)).toBeLessThan(900)

    await tabTo(restore)
    expect(await isFocusVisible(restore)).toBe(true)
    await page.keyboard.press('Enter')
    await page.getByText('would be restored').waitFor()
    expect(await violationsIn(page)).toEqual([])
    expect(await answerFor(demo, 'myapp/myapp', 'v1.0.0')).toBe(404)

    await tabTo(page.getByRole('button', { name: 'Restore now' }))
    await page.keyboard.press('Enter')
    await page.getByText(/things? restored, /).waitFor()
    expect(await answerFor(demo, 'myapp/myapp', 'v1.0.0')).toBe(200)

    await tabTo(page.getByRole('button', { name: 'Close' }))
    await page.keyboard.press('Enter')
    await answer
      .getByText(/kept by|marked by/)
      .first()
      .waitFor()
    expect(await restore.count()).toBe(0)
  })

  it('leads by a link to what was deleted, and to the run with its way back', async () => {
    await go(watched, addressOf('history', '', { action: 'deleted' }))
    const { page } = watched
    await page
      .getByRole('row', { name: /deleted.*myapp\/myapp.*policy local\/production\/auto-cleanup/ })
      .first()
      .waitFor()
    await go(watched, addressOf('runs'))

    expect(await page.getByLabel('Action').count()).toBe(0)
    expect(await page.getByRole('button', { name: /^Restore what run/ }).count()).toBeGreaterThan(0)
  })

  it('fits a window of 360 to 2560 px, in both themes, with no violation that axe knows', async () => {
    const addresses = {
      overview: addressOf('overview'),
      repository: addressOf('repository', repository),
      image: addressOf('image', `${repository}:v1.0.3`),
      policies: addressOf('policies'),
      policy: addressOf('policy', policy),
      runs: addressOf('runs'),
      history: addressOf('history'),
    }
    for (const [name, address] of Object.entries(addresses))
      for (const colorScheme of ['light', 'dark'] as const) {
        await watched.page.emulateMedia({ colorScheme })
        for (const width of [360, 1280, 2560]) {
          await watched.page.setViewportSize({ width, height: 900 })
          await go(watched, address)

          expect(await overflowOf(watched), `${name} at ${width}`).toBe(0)
          expect(await violationsIn(watched.page), `${name} ${colorScheme} at ${width}`).toEqual([])
        }
      }
  })

  it('logged no error, and asked nobody but itself', () => {
    const hosts = new Set(watched.requests.filter(url => !url.startsWith('data:')).map(url => new URL(url).hostname))

    expect(watched.errors).toEqual([])
    expect([...hosts]).toEqual(['127.0.0.1'])
  })
})
