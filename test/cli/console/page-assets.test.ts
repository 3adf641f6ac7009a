import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { buildPage } from '../../../cli/console/page-assets.ts'
import { NotFoundError } from '../../../shared/errors.ts'
import { testFolder } from '../embedded/aws/embedded-aws.ts'

const textOf = (body: Uint8Array | undefined) => Buffer.from(body ?? []).toString()

it('builds the page in memory: one script and one style, nothing inline and nothing from elsewhere', async () => {
  const page = await buildPage()

  expect([...page.keys()].sort()).toEqual(['/', '/index.html', '/main.css', '/main.js'])
  expect(page.get('/main.js')?.type).toBe('text/javascript; charset=utf-8')
  expect(page.get('/main.css')?.type).toBe('text/css; charset=utf-8')
  const html = textOf(page.get('/')?.body)
  expect(html).toContain('<script type="module" src="/main.js"></script>')
  expect(html).not.toMatch(/<script(?![^>]*src="\/main\.js")|<style|\son[a-z]+=|https?:/)
  expect(textOf(page.get('/main.css')?.body)).not.toMatch(/@import|url\(["']?(https?:)?\/\//)
})

it('says what is wrong where a clone lacks the page, and with a page that cannot be built', async () => {
  const folder = await testFolder()
  const broken = join(folder, 'broken')
  mkdirSync(broken)
  writeFileSync(join(broken, 'main.tsx'), 'export const = 1')

  await expect(buildPage(join(folder, 'none'))).rejects.toThrow(NotFoundError)
  await expect(buildPage(broken)).rejects.toThrow(/Expected identifier/)
})
