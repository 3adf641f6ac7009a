import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ensureInstallationId } from '../../../cli/embedded/installation-id.ts'

it('stays the same from start to start of a data folder, and is another for another folder', () => {
  const folders = [1, 2].map(() => mkdtempSync(join(tmpdir(), 'shelflife-id-')))

  const ids = [...folders, ...folders].map(ensureInstallationId)

  expect(ids.slice(2)).toEqual(ids.slice(0, 2))
  expect(new Set(ids).size).toBe(2)
  expect(ids[0]).toMatch(/^local\/[\w.-]+\/[0-9a-f]{8}$/)
  for (const folder of folders) rmSync(folder, { recursive: true })
})
