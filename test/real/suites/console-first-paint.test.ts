import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildPage } from '../../../cli/console/page-assets.ts'
import { startConsole } from '../../../cli/console/start-console.ts'
import { installationOf } from '../../cli/memory-installation.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createSweepFixture } from '../../support/sweep-fixture.ts'
import { openPage, startBrowser } from '../parts/browser.ts'
import { waitUntil } from '../parts/wait-until.ts'

let browser: Browser
let world: Loopback
beforeAll(async () => {
  ;[browser, world] = await Promise.all([startBrowser(), startLoopback()])
})
afterAll(async () => {
  await browser?.close()
  await world?.close()
})

interface Times {
  /** Of the browser's own paint entries: something that can be read is there. */
  readonly firstPaintMs: number
  /** The first repository stands in its table. */
  readonly firstRowMs: number
}

/** Notes in the page itself when the first row of the table is there, so that no question of ours stands between. */
const noteFirstRow = `
  const seen = () => document.querySelector('.table > tbody > tr')
  new MutationObserver((_, observer) => {
    if (!seen()) return
    window.firstRowMs = performance.now()
    observer.disconnect()
  }).observe(document, { childList: true, subtree: true })
`

/** The console of an installation with so many repositories: the real server on the real readers, as `shelflife console` starts it. */
async function consoleWith(repositories: number) {
  const sweep = createSweepFixture(world)
  for (let at = 0; at < repositories; at++)
    sweep.cluster.put('Repository', `r${at}`, { repository: `many/r${at}`, registryRef: { name: 'registry' } })
  const page = await buildPage()
  return async (): Promise<Times> => {
    // A process of its own each time: nothing was read before.
    const errors: unknown[] = []
    const running = await startConsole({
      ...{ installation: installationOf(world, sweep), page, port: 0, now: sweep.now },
      onNextAddress: () => undefined,
      onError: (_, error) => errors.push(error),
    })
    const watched = await openPage(browser)
    try {
      await watched.page.addInitScript(noteFirstRow)
      await watched.page.goto(running.address())
      // A row is in the page before it is painted.
      const isPainted = `window.firstRowMs !== undefined && performance.getEntriesByName('first-contentful-paint').length > 0`
      const isThere = () => watched.page.evaluate<boolean>(isPainted)
      await waitUntil(async () => (await isThere()) || undefined, { what: 'the first row', deadlineMs: 60_000 })
      const text = `({
        firstPaintMs: performance.getEntriesByName('first-contentful-paint')[0].startTime,
        firstRowMs: window.firstRowMs,
      })`
      const times = await watched.page.evaluate<Times>(text)
      expect([errors, watched.errors]).toEqual([[], []])
      return times
    } finally {
      await watched.close()
      await running.close()
    }
  }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
const rounds = 3

it('paints, and has its first row, for 20,000 repositories less than three times as late as for 200', async () => {
  const [few, many] = [await consoleWith(200), await consoleWith(20_000)]
  const times: { few: Times; many: Times }[] = []
  await few()
  for (let round = 0; round < rounds; round++) times.push({ few: await few(), many: await many() })

  const of = (which: 'few' | 'many', what: keyof Times) => median(times.map(one => one[which][what]))
  const [paint, row] = (['firstPaintMs', 'firstRowMs'] as const).map(what => ({
    few: of('few', what),
    many: of('many', what),
    ratio: of('many', what) / of('few', what),
  }))
  for (const [what, one] of Object.entries({ 'first paint': paint, 'first row': row }))
    console.info(
      `${what}: ${one?.few.toFixed(0)} ms of 200 repositories, ${one?.many.toFixed(0)} ms of 20,000: ${one?.ratio.toFixed(2)} times`,
    )

  expect(paint?.ratio).toBeLessThan(3)
  expect(row?.ratio).toBeLessThan(3)
})
