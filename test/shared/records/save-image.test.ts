import { afterAll, beforeAll, expect, it } from 'vitest'
import { isRefused } from '../../../shared/domain/lifecycle/transition.ts'
import { refreshed, used } from '../../../shared/domain/lifecycle/transitions.ts'
import type { ImageRecord } from '../../../shared/domain/records/images.ts'
import { ConflictError } from '../../../shared/errors.ts'
import { saveLatestImage, saveTransition } from '../../../shared/records/save-image.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { at, freshId, imageDraft } from '../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const pulled = { id: 'pulled', actor: 'sync', reason: 'pulled' }
const refers = { id: 'used', actor: 'inventory', reason: 'Deployment team/web refers to it' }
const use = (image: ImageRecord | undefined) => used(image, refers, at(2))

/** An image that was read, and that another wrote over since. */
async function overtaken() {
  const read = await local.store.saveImage(imageDraft(freshId()), undefined)
  const outcome = refreshed(read, { pulledAt: at(1) }, pulled, at(1))
  if (isRefused(outcome)) throw new Error(`expected a transition, got ${outcome.refused}`)
  await saveTransition(outcome, local.store)
  return read
}

it('makes the transition again of the record as it stands where another write came first, and loses nothing', async () => {
  const read = await overtaken()
  const { repository, digest } = read

  await saveLatestImage({ repository, digest, read }, use, local.store)

  expect(await local.store.findImage(repository, digest)).toMatchObject({ stage: 'Use', pulledAt: at(1), number: 3 })
  const history = await local.store.listHistory(repository, digest)
  expect(history.map(entry => entry.action)).toEqual(['image-recorded', 'image-refreshed', 'used'])
})

it('writes nothing where the transition is refused, and says why', async () => {
  const { repository, digest } = await overtaken()
  await saveLatestImage({ repository, digest }, use, local.store)

  expect(await saveLatestImage({ repository, digest }, use, local.store)).toEqual({ refused: 'unchanged' })
  expect(await local.store.findImage(repository, digest)).toMatchObject({ number: 3 })
})

it('a transition of a record that is no longer the one that was read is not saved', async () => {
  const outcome = use(await overtaken())
  if (isRefused(outcome)) throw new Error(`expected a transition, got ${outcome.refused}`)

  await expect(saveTransition(outcome, local.store)).rejects.toThrow(ConflictError)
})

it('what only looks like a transition does not compile', () => {
  const forged = { previous: undefined, draft: imageDraft(freshId()) }

  // @ts-expect-error: a transition is made by a verb of the life cycle alone.
  const save = () => saveTransition(forged, local.store)

  expect(save).toBeDefined()
})
