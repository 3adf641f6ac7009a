import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addressOf } from '../../../cli/console/page/routes.ts'
import { violationsIn } from '../parts/accessibility.ts'
import { go, openPage, overflowOf, startBrowser, type WatchedPage } from '../parts/browser.ts'
import { waitUntil } from '../parts/wait-until.ts'
import { type DoubleReads, startConsoleDouble } from './console-double.ts'
import { type ConsoleWorld, readsOf, writesOf } from './console-world.ts'

let browser: Browser
beforeAll(async () => {
  browser = await startBrowser()
})
afterAll(() => browser?.close())

type Options = Parameters<typeof openPage>[1]

/** Opens the console of a made-up installation, and closes both in the end. */
async function inConsole(
  world: ConsoleWorld,
  options: Options,
  act: (watched: WatchedPage, asked: readonly string[]) => Promise<void>,
  reads: Partial<DoubleReads> = {},
): Promise<void> {
  const double = await startConsoleDouble({ ...readsOf(world), ...reads }, writesOf(world))
  const watched = await openPage(browser, options)
  try {
    await watched.page.goto(double.address)
    await watched.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    await act(watched, double.asked)
  } finally {
    await watched.close()
    await double.close()
  }
}

const small: ConsoleWorld = { repositories: 5, versions: 5, changes: 5, name: 'app' }
/** Markup, terminal escapes, text that runs the other way, what nobody sees, and as long as a name may be. */
const hostileName = `<img src=x onerror=alert(1)>\u202Egpj.exe\u001B[31m\u200B</script>${'n'.repeat(253)}`
const hostile: ConsoleWorld = { ...small, name: hostileName }

const addressesOf = ({ name }: ConsoleWorld): Record<string, string> => ({
  overview: addressOf('overview'),
  repository: addressOf('repository', name),
  image: addressOf('image', `${name}:v1`),
  policies: addressOf('policies'),
  policy: addressOf('policy', `eu-1/${name}/${name}`),
  runs: addressOf('runs'),
  history: addressOf('history', '', { image: name }),
})

describe('every page', () => {
  for (const colorScheme of ['light', 'dark'] as const)
    it(`has no violation that axe knows, ${colorScheme}, at 360 and 1280 px`, async () => {
      await inConsole(small, { colorScheme }, async watched => {
        for (const [name, address] of Object.entries(addressesOf(small)))
          for (const width of [360, 1280]) {
            await watched.page.setViewportSize({ width, height: 900 })
            await go(watched, address)

            expect(await violationsIn(watched.page), `${name} at ${width}`).toEqual([])
          }
        expect(watched.errors).toEqual([])
      })
    })

  it('B36 shows a hostile name as text, with what hides in it spelled out, and stays as wide as the window', async () => {
    await inConsole(hostile, {}, async watched => {
      for (const width of [360, 1280, 2560]) {
        await watched.page.setViewportSize({ width, height: 900 })
        for (const [name, address] of Object.entries(addressesOf(hostile))) {
          await go(watched, address)
          const text = (await watched.page.locator('main').textContent()) ?? ''
          expect(text, name).toContain('<img src=x onerror=alert(1)>U+202Egpj.exeU+001B[31mU+200B</script>')
          expect(
            ['\u202E', '\u001B', '\u200B'].filter(one => text.includes(one)),
            name,
          ).toEqual([])
          expect(await watched.page.locator('main img, main script').count(), name).toBe(0)
          expect(await overflowOf(watched), `${name} at ${width}`).toBe(0)
        }
      }
      expect(watched.errors).toEqual([])
    })
  })

  it('asks nobody but the address that was opened', async () => {
    await inConsole(small, {}, async watched => {
      for (const address of Object.values(addressesOf(small))) await go(watched, address)

      const hosts = new Set(watched.requests.filter(url => !url.startsWith('data:')).map(url => new URL(url).hostname))
      expect([...hosts]).toEqual(['127.0.0.1'])
    })
  })
})

describe('a large installation', () => {
  const large: ConsoleWorld = { repositories: 20_000, versions: 50_000, changes: 50_000, name: 'app' }
  const mostRows = 60
  const shownRows = '.table > tbody > tr'

  it('shows 20,000 repositories by a page or two, and holds no more rows than can be seen', async () => {
    await inConsole(large, {}, async ({ page }, asked) => {
      await page.getByText('registry.example.com/app/000000').waitFor()

      expect(await page.locator(shownRows).count()).toBeLessThan(mostRows)
      expect(asked.filter(path => path.startsWith('/api/repositories')).length).toBeLessThanOrEqual(2)
      expect(await page.locator('table[aria-rowcount="20001"]').count()).toBe(1)
    })
  })

  it('scrolls through a repository of 50,000 tags page by page, with as few rows as before', async () => {
    await inConsole(large, {}, async (watched, asked) => {
      const { page } = watched
      const pages = () => asked.filter(path => path.startsWith('/api/repository?'))
      await go(watched, addressOf('repository', 'registry.example.com/app'))
      for (const many of [2, 3, 4]) {
        const scrolled = async () => {
          await page.evaluate('window.scrollTo(0, document.documentElement.scrollHeight)')
          return pages().length >= many
        }
        await waitUntil(scrolled, { what: `page ${many} of the repository` })
        expect(await page.locator(shownRows).count()).toBeLessThan(mostRows)
      }
      const lastRow = page.locator('tr[aria-rowindex]').last()

      expect(Number(await lastRow.getAttribute('aria-rowindex'))).toBeGreaterThan(400)
      expect(new Set(pages()).size).toBe(pages().length)
      expect(pages().length).toBeLessThanOrEqual(5)
    })
  })

  it('asks for the images of no repository that is not opened', async () => {
    await inConsole(large, {}, async (_, asked) => {
      expect(asked.filter(path => /^\/api\/(repository|image)\?/.test(path))).toEqual([])
    })
  })
})

describe('a number that was changed to see what it would do', () => {
  it('is kept while the policy is read again as it was, and gives way to the numbers of another spec', async () => {
    let keepRecent = 3
    const made = readsOf(small)['/api/policy']
    const reads: Partial<DoubleReads> = {
      '/api/policy': query => ({ ...made(query), spec: { keepRecent }, paused: false }),
    }
    await inConsole(
      small,
      {},
      async watched => {
        const { page } = watched
        await go(watched, addressOf('policy', 'eu-1/app/app'))
        const field = page.getByLabel('keepRecent')
        /** The policy is read again after each action. */
        const readAgain = async () => {
          const answered = page.waitForResponse('**/api/policy?*')
          await page.getByRole('button', { name: 'Pause this policy' }).click()
          await answered
          await page.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))')
        }
        await field.fill('1')
        await page.getByRole('button', { name: 'As it was' }).waitFor()

        await readAgain()
        await page.getByRole('button', { name: 'As it was' }).waitFor()
        const kept = await field.inputValue()
        keepRecent = 7
        await readAgain()
        await page.getByRole('button', { name: 'As it was' }).waitFor({ state: 'detached' })

        expect([kept, await field.inputValue()]).toEqual(['1', '7'])
        expect(watched.errors).toEqual([])
      },
      reads,
    )
  })
})

describe('once the server knows the key no more', () => {
  it('closes, and says in the words of the server how to get in again', async () => {
    await inConsole(small, {}, async watched => {
      const body = { message: 'run shelflife console' }
      await watched.page.route('**/api/runs*', route => route.fulfill({ status: 401, json: body }))
      await watched.page.getByRole('link', { name: 'Runs' }).click()
      await watched.page.getByRole('heading', { name: 'The console is closed' }).waitFor()

      expect(await watched.page.getByRole('alert').textContent()).toBe(body.message)
      expect(await watched.page.evaluate('sessionStorage.length')).toBe(0)
    })
  })
})

describe('without a session', () => {
  it('says how to get one, asks for nothing, and leads to where the link pointed once there is one', async () => {
    const double = await startConsoleDouble(readsOf(small), writesOf(small))
    const { page, close } = await openPage(browser)
    try {
      await page.goto(double.address.replace(/#.*/, addressOf('history', '', { action: 'deleted' })))
      await page.getByText('Open the address that the console printed').waitFor()
      const askedBefore = [...double.asked]
      await page.goto(double.address)
      await page.getByRole('heading', { name: 'History', level: 1 }).waitFor()

      expect(askedBefore).toEqual([])
      expect(await page.getByLabel('Action').inputValue()).toBe('deleted')
    } finally {
      await close()
      await double.close()
    }
  })
})
