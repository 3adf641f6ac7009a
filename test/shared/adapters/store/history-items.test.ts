import { afterAll, beforeAll, expect, it } from 'vitest'
import { auditItem } from '../../../../shared/adapters/store/history.ts'
import { itemCodec } from '../../../../shared/adapters/store/items.ts'
import { createTableClient, type TableClient } from '../../../../shared/adapters/store/table-client.ts'
import { auditEntry } from '../../../../shared/domain/audit.ts'
import { storeOfYesterday } from '../../../soak/yesterday-store.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { at, digestOf, entryOf, freshId, imageDraft } from '../../../support/records.ts'

let local: LocalStore
let table: TableClient
beforeAll(async () => {
  local = await startInProcessStore()
  table = createTableClient(local.client, local.tableName)
})
afterAll(() => local.close())

const digest = digestOf('one')
const actor = 'policy eu-1/team/cleanup'
const entry = (repository: string, seconds: number) =>
  entryOf(`${repository}-${seconds}`, seconds, { digest, actor, tag: 'v1', facts: ['a fact'] })

/** As versions before wrote it, with what its key says as attributes too. */
const itemOfBefore = (repository: string, seconds: number) => ({
  ...auditItem(repository, entry(repository, seconds)),
  ...itemCodec(auditEntry).toAttributes(entry(repository, seconds)),
  repository,
})

it('reads entries as versions before wrote them beside its own, by image, by time and by policy', async () => {
  const repository = freshId()
  const written = [entry(repository, 1), entry(repository, 2)]
  await table.putItems([itemOfBefore(repository, 1), auditItem(repository, entry(repository, 2))])
  const [from, to] = [written[0]?.at ?? new Date(), written[1]?.at ?? new Date()]

  const [past, changes, ofPolicy] = await Promise.all([
    local.store.listPast(repository, digest),
    local.store.listChanges(from, to),
    local.store.listPolicyChanges('eu-1/team/cleanup', from, to),
  ])

  const withRepository = written.map(one => ({ ...one, repository }))
  expect(past).toEqual(written)
  expect(changes.filter(one => one.repository === repository)).toEqual(withRepository)
  expect(ofPolicy.filter(one => one.repository === repository)).toEqual(withRepository)
})

it('writes over an entry of a version before the same one, and leaves it one', async () => {
  const repository = freshId()
  await table.putItem(itemOfBefore(repository, 1))

  await table.putItem(auditItem(repository, entry(repository, 1)))

  expect(await local.store.listPast(repository, digest)).toEqual([entry(repository, 1)])
})

it.each([
  ['image-recorded', 90],
  ['tag-moved', 90],
  ['deletion-started', 90],
  ['marked', 400],
  ['deleted', 400],
  ['image-gone', 400],
  ['restored', 400],
  ['approved', 400],
  ['of a later version', 400],
])('keeps an entry %s for %i days', (action, days) => {
  const one = entry('registry.example.com/team/app', 1)

  const { expiresAtSeconds } = auditItem('registry.example.com/team/app', { ...one, action } as typeof one)

  expect(expiresAtSeconds).toBe(one.at.getTime() / 1000 + days * 86_400)
})

it('keeps the entry of a mark less long where a deletion followed, which says when it was', () => {
  const mark = { ...entry('registry.example.com/team/app', 1), action: 'marked' as const }
  const keptDays = (next?: 'deletion-started' | 'mark-lifted') => {
    const { expiresAtSeconds } = auditItem('registry.example.com/team/app', mark, { next })
    return (Number(expiresAtSeconds) - mark.at.getTime() / 1000) / 86_400
  }

  expect([keptDays('deletion-started'), keptDays('mark-lifted'), keptDays()]).toEqual([90, 400, 400])
})

it.each([
  ['as announced', 'deletion-started', 90],
  ['otherwise than announced', 'mark-lifted', 400],
] as const)('keeps the entry of a mark by what followed it, %s', async (_, action, days) => {
  const repository = freshId()
  const marks = await Promise.all(
    ['a', 'b'].map(seed =>
      local.store.saveImage(
        imageDraft(repository, {
          digest: digestOf(seed),
          change: entryOf(`${repository} ${seed}`, 1, { digest: digestOf(seed), action: 'marked' }),
        }),
        undefined,
      ),
    ),
  )
  await local.store.announceSaves(marks, 'deletion-started')

  for (const one of marks)
    await local.store.saveImage(
      { ...one, change: entryOf(`${one.change.id} next`, 2, { digest: one.digest, action }) },
      one,
    )

  const kept = await table.queryItems(`AUDIT#${repository}`, '')
  expect(kept.map(item => (item.expiresAtSeconds - at(1).getTime() / 1000) / 86_400)).toEqual([days, days])
})

/** A deletion that ended soon after it began, as it stands in the table. */
async function deletedSoon() {
  const repository = freshId()
  const policy = repository.replace('registry.example.com', 'eu-1')
  const by = { actor: `policy ${policy}`, runId: 'run', facts: ['a fact'] }
  const begin = entryOf(`${repository} begin`, 100, { action: 'deletion-started', ...by })
  const begun = await local.store.saveImage(imageDraft(repository, { change: begin }), undefined)
  const end = entryOf(`${repository} end`, 110, { action: 'deleted', ...by, facts: ['a fact', 'marked'] })
  const change = { ...end, begun: { id: begin.id, at: begin.at } }
  const image = await local.store.saveImage({ ...begun, goneAt: at(110), change }, begun)
  return { repository, policy, begin, end, image }
}

it('lets the code of 6e1a4d3, which reads no entry with a field that it does not know, read the end of a deletion', async () => {
  const { repository, policy, end, image } = await deletedSoon()
  const yesterday = storeOfYesterday(local.client, local.tableName)

  expect((await yesterday.findImage(repository, image.digest))?.change).toEqual(end)
  expect((await yesterday.listHistory(repository, image.digest)).map(({ id }) => id)).toEqual([end.id])
  const ofPolicy = await yesterday.listPolicyChanges(policy, at(0), at(200))
  expect(ofPolicy.map(({ id }) => id)).toEqual([end.id])
})

it('tells nothing of a begin where a version before carried it over beside another entry', async () => {
  const { repository, begin, image } = await deletedSoon()
  const item = await table.getItem({ pk: `REPO#${repository}`, sk: `IMAGE#${image.digest}` })
  const found = entryOf(`${repository} found`, 120)
  await table.putItem({ ...item, number: 3, change: itemCodec(auditEntry).toAttributes(found) })

  const read = await local.store.findImage(repository, image.digest)

  expect(item).toMatchObject({ id: begin.id, at: begin.at.toISOString() })
  expect(read).not.toHaveProperty('id')
  expect((await local.store.listHistory(repository, image.digest)).map(({ id }) => id)).toEqual([found.id])
})

it('says nothing twice that the key of an entry says', () => {
  const repository = freshId()

  const { pk, sk, timeSk, actorSk, ...attributes } = auditItem(repository, entry(repository, 1))

  const said = JSON.stringify(attributes)
  expect([pk, sk, timeSk, actorSk].every(one => typeof one === 'string')).toBe(true)
  for (const text of [repository, digest, entry(repository, 1).id]) expect(said).not.toContain(text)
})
