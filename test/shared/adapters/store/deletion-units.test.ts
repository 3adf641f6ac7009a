import { expect, it } from 'vitest'
import { Counts } from '../../../bench/cost/counts.ts'
import { storeOn } from '../../../bench/cost/store-on-table.ts'
import { Table } from '../../../bench/cost/table.ts'
import { at, entryOf, freshId, imageDraft } from '../../../support/records.ts'

const aWrite = 1
/** By time and by policy. */
const indexes = 2

it('writes the end of a deletion once in each index, and moves no entry of its begin', async () => {
  const counts = new Counts()
  const seed = { clusters: 1, teams: 1, repositories: 1, tagsEach: 1, objectsEach: 1, pods: 0 }
  const store = storeOn(new Table(counts, () => seed))
  const by = { actor: 'policy eu-1/team/cleanup', runId: 'run' }
  const begin = entryOf('begin', 10, { action: 'deletion-started', ...by })
  const begun = await store.saveImage(imageDraft(freshId(), { change: begin }), undefined)
  counts.take()

  const end = entryOf('end', 20, { action: 'deleted', ...by, facts: ['marked'] })
  const change = { ...end, begun: { id: begin.id, at: begin.at } }
  await store.saveImage({ ...begun, goneAt: at(20), change }, begun)

  expect(counts.take()['table.writeUnits']).toBe(aWrite + indexes * aWrite)
})
