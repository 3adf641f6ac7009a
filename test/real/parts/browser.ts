import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { readParts } from './cache.ts'

/** A page of a browser of its own, with what went wrong in it and what it asked of whom. */
export interface WatchedPage {
  readonly page: Page
  /** Messages of the console at level error, and errors that nobody caught. */
  readonly errors: readonly string[]
  /** Every address that was asked for. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

/** The real Chromium, without a window. It finds no other host than this one. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: readParts().chromium,
    args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
  })

type ContextOptions = Parameters<Browser['newContext']>[0]

/** A fresh profile: no stored key, theme or cache of another test. */
export async function openPage(browser: Browser, options: ContextOptions = {}): Promise<WatchedPage> {
  const context: BrowserContext = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = await context.newPage()
  const errors: string[] = []
  const requests: string[] = []
  page.on('console', message => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', error => errors.push(error.message))
  context.on('request', request => requests.push(request.url()))
  return { page, errors, requests, close: () => context.close() }
}

/** Goes to another page of the console, as a link there does, and waits until all of it was read. */
export async function go({ page }: WatchedPage, address: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(address)}`)
  await page.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))')
  await page.locator('main', { hasText: 'reading…' }).waitFor({ state: 'detached' })
  await page.locator('h1').waitFor()
}

/** By how many pixels the page is wider than its window. */
export const overflowOf = ({ page }: WatchedPage): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
