import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { madeBy } from '../../../functions/runtime/environment.ts'
import { bundleFile } from '../../../shared/bundle-names.ts'
import { parseSettings } from '../../../shared/settings.ts'

const root = mkdtempSync(join(tmpdir(), 'shelflife-code-'))
afterAll(() => rmSync(root, { recursive: true }))

/** A folder of Lambda with a bundle of this text. */
function deployOf(text: string, name: string): string {
  const folder = join(root, name)
  mkdirSync(folder)
  writeFileSync(join(folder, bundleFile), text)
  return folder
}

it('two deploys of one release tell each other apart by their code, and by their settings', () => {
  const [plain, other] = [parseSettings({}), parseSettings({ registries: [{ host: 'registry.example.com' }] })]
  const folder = deployOf('export const said = 1', 'first')

  const made = [
    madeBy('0.3.0', plain, folder),
    madeBy('0.3.0', plain, deployOf('export const said = 2', 'next')),
    madeBy('0.3.0', other, folder),
    madeBy('0.3.1', plain, folder),
  ]

  expect(new Set(made).size).toBe(4)
  expect(madeBy('0.3.0', plain, deployOf('export const said = 1', 'again'))).toBe(made[0])
})
