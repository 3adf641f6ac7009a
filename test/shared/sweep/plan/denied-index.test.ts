import { afterAll, beforeAll, expect, it } from 'vitest'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { createPlanFixture, type PlanFixture } from '../../../support/plan-fixture.ts'
import { at, digestOf, entryOf, imageDraft, tagDraft } from '../../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const mediaType = 'application/vnd.oci.image.index.v1+json'

/** An index with an index and its platform below it, of which the registry has denied the uppermost and its tag. */
async function deniedIndex(plan: PlanFixture) {
  const { repository } = plan
  const save = async (name: string, rest: Partial<Parameters<typeof imageDraft>[1]> = {}) => {
    const digest = digestOf(`${repository} ${name}`)
    const change = entryOf(`${repository} ${name}`, 0, { digest })
    await local.store.saveImage(imageDraft(repository, { digest, change, ...rest }), undefined)
    return digest
  }
  const platform = await save('platform', { mediaType: 'application/vnd.oci.image.manifest.v1+json' })
  const below = await save('below', { mediaType, children: [platform] })
  const index = await save('index', { mediaType, children: [below], goneAt: at(1) })
  const change = entryOf(`${repository} tag`, 0, { digest: index, action: 'tag-gone', tag: 'v1' })
  await local.store.saveTag(tagDraft(repository, { tag: 'v1', digest: index, goneAt: at(1), change }), undefined)
  return { index, below, platform }
}

const isMarked = async (repository: string, digest: ReturnType<typeof digestOf>) =>
  (await local.store.findImage(repository, digest))?.mark !== undefined

it.each([
  ['its repository and digest', (repository: string, index: string) => `${repository}@${index}`],
  ['its digest alone', (_: string, index: string) => index],
  ['the tag that it had', (repository: string) => `${repository}:v1`],
])('keeps all below an index that the registry has denied while a workload names it by %s', async (_, spelled) => {
  const plan = createPlanFixture(local.store)
  await plan.synced()
  const { index, below, platform } = await deniedIndex(plan)
  plan.cluster.run('web', spelled(plan.repository, index))
  plan.track()
  plan.policy({ keepRecent: 0 })

  await plan.plan()

  expect(await isMarked(plan.repository, below)).toBe(false)
  expect(await isMarked(plan.repository, platform)).toBe(false)
})

it('marks what is below a gone index that nothing names', async () => {
  const plan = createPlanFixture(local.store)
  await plan.synced()
  const { below, platform } = await deniedIndex(plan)
  plan.track()
  plan.policy({ keepRecent: 0 })

  await plan.plan()

  expect(await isMarked(plan.repository, below)).toBe(true)
  expect(await isMarked(plan.repository, platform)).toBe(true)
})
