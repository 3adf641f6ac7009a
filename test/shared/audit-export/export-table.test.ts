import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LocalStore, startLocalStore } from '../../support/local-store.ts'
import { createKillPoint } from '../../support/memory-platform.ts'
import { entryOf, imageDraft, tagDraft } from '../../support/records.ts'
import { createExportFixture, repository } from './export-fixture.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startLocalStore()
})
afterAll(() => local.close())

it('F7 brings every entry from the table to the bus, those that were overwritten since too, though runs are killed', async () => {
  const { store } = local
  const { run, pass, ids } = createExportFixture(store, { entriesPerRun: 5, entriesPerSave: 2 })
  const written: string[] = []
  const entry = (seconds: number) => {
    written.push(`e${written.length}`)
    return entryOf(written.at(-1) ?? '', seconds, { action: 'stage-changed' })
  }
  let image = await store.saveImage(imageDraft(repository, { change: entry(0) }), undefined)
  let tag = await store.saveTag(tagDraft(repository, { change: entry(0) }), undefined)

  for (let minute = 1; minute <= 40; minute++) {
    pass(60)
    if (minute <= 10) {
      image = await store.saveImage({ ...image, change: entry(60 * minute) }, image)
      tag = await store.saveTag({ ...tag, change: entry(60 * minute) }, tag)
    }
    await run(createKillPoint(minute % 3 === 0 ? (minute % 7) + 1 : Number.POSITIVE_INFINITY))
  }

  expect([...new Set(ids())].sort()).toEqual(written.toSorted())
})
