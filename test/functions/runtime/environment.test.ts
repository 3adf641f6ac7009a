import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { madeBy } from '../../../functions/runtime/environment.ts'
import { parseSettings } from '../../../shared/settings.ts'

const folder = mkdtempSync(join(tmpdir(), 'shelflife-code-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A bundle of this text. */
function bundleOf(text: string, name: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

it('two deploys of one release tell each other apart by their code, and by their settings', () => {
  const [plain, other] = [parseSettings({}), parseSettings({ registries: [{ host: 'registry.example.com' }] })]
  const code = bundleOf('export const said = 1', 'index.mjs')

  const made = [
    madeBy('0.3.0', plain, code),
    madeBy('0.3.0', plain, bundleOf('export const said = 2', 'next.mjs')),
    madeBy('0.3.0', other, code),
    madeBy('0.3.1', plain, code),
  ]

  expect(new Set(made).size).toBe(4)
  expect(madeBy('0.3.0', plain, bundleOf('export const said = 1', 'again.mjs'))).toBe(made[0])
})
