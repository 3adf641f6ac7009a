import pMap from 'p-map'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDynamoStore } from '../../../../shared/adapters/store/dynamo-store.ts'
import { listStandingMarks } from '../../../../shared/sweep/plan/withdraw-marks.ts'
import { brokenItems } from '../../../support/broken-items.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { at, digestOf, entryOf, freshId, imageDraft } from '../../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

/** Marked images in each of two repositories, and one in each whose mark was lifted. */
async function markedIn(policy: string, count: number) {
  const repositories = [freshId(), freshId()]
  const mark = {
    policy,
    policyHash: 'h',
    runId: 'r',
    markedAt: at(1),
    deleteAfter: at(2),
    reason: 'no rule keeps it',
    facts: [],
  }
  for (const repository of repositories)
    await pMap(
      Array.from({ length: count + 1 }).keys(),
      async place => {
        const digest = digestOf(`${repository} ${place}`)
        const change = entryOf(`${repository} ${place}`, 1, { actor: `policy ${policy}`, action: 'marked', digest })
        const image = await local.store.saveImage(imageDraft(repository, { digest, change, mark }), undefined)
        const { mark: _, ...lifted } = image
        if (place === count) await local.store.saveImage({ ...lifted, change: entryOf('lifted', 2, { digest }) }, image)
      },
      { concurrency: 16 },
    )
  return repositories
}

function countingStore() {
  const client = local.connect()
  const calls: string[] = []
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      args => {
        calls.push(commandName)
        return next(args)
      },
    { step: 'initialize' },
  )
  return { store: createDynamoStore(client, local.tableName), calls }
}

it('reads the marks that stand by one call for a hundred images of a repository', async () => {
  const policy = `eu-1/team/${freshId()}`
  const repositories = await markedIn(policy, 120)
  const { store, calls } = countingStore()

  const standing = await listStandingMarks({ id: policy, marksSince: at(0) }, store, at(60))

  const of = (repository: string) => standing.filter(image => image.repository === repository)
  expect(repositories.map(repository => of(repository).length)).toEqual([120, 120])
  expect(calls.filter(name => name !== 'QueryCommand')).toEqual(Array(4).fill('BatchGetItemCommand'))
})

it('F38 finds all other marks beside an image whose record cannot be read', async () => {
  const policy = `eu-1/team/${freshId()}`
  const [repository = ''] = await markedIn(policy, 5)
  const digest = digestOf(`${repository} 2`)
  await brokenItems(local).spoil(`REPO#${repository}`, `IMAGE#${digest}`, { firstSeenAt: 'never' })

  const standing = await listStandingMarks({ id: policy, marksSince: at(0) }, local.store, at(60))

  expect(standing).toHaveLength(9)
  expect(standing.map(image => image.digest)).not.toContain(digest)
})
