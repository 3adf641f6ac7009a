import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ReadRules } from '../../../shared/domain/records/syncs.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createReconcileFixture } from '../../support/reconcile-fixture.ts'
import { at, imageDraft, tagDraft } from '../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const expiring = (selection: object): ReadRules => ({
  readAt: at(0),
  rules: {
    kind: 'ecr-lifecycle',
    text: JSON.stringify({ rules: [{ rulePriority: 1, selection, action: { type: 'expire' } }] }),
  },
})
const aged = expiring({ tagStatus: 'any', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 3 })

/** An object for v1 that was synced, of a repository with such rules. */
async function synced(registryRules: ReadRules | undefined, mark?: Parameters<typeof imageDraft>[1]) {
  const fixture = createReconcileFixture(local.store)
  const { track, reconcile, attempt, id } = fixture
  track({ tag: 'v1' })
  await local.store.saveTag(tagDraft(id), undefined)
  await local.store.saveImage(imageDraft(id, mark), undefined)
  await reconcile()
  await attempt()
  const setRules = async (next: ReadRules | undefined) => {
    const before = await local.store.findRepository(id)
    if (!before) throw new Error('expected a repository that was synced')
    const { registryRules: _, number: _number, ...rest } = before
    await local.store.saveRepository({ ...rest, ...(next && { registryRules: next }) }, before)
  }
  await setRules(registryRules)
  await reconcile()
  return { ...fixture, setRules, shown: () => fixture.condition('RegistryWillDelete') }
}

describe('the condition RegistryWillDelete', () => {
  it('is not there where no rules were asked for', async () => {
    const { shown } = await synced(undefined)
    expect(shown()).toBeUndefined()
  })

  it('is told by Ready as well, which it leaves True', async () => {
    const { shown, condition } = await synced(aged)

    expect(shown()?.status).toBe('True')
    expect(condition('Ready')).toMatchObject({
      status: 'True',
      message: `synced; no ImageCleanupPolicy covers it; ${shown()?.message}`,
    })
  })

  it('goes where a registry has no rules of its own any more', async () => {
    const { shown, setRules, pass, reconcile } = await synced(aged)
    const before = shown()
    await setRules(undefined)
    pass(3600)
    await reconcile()

    expect(before?.status).toBe('True')
    expect(shown()).toBeUndefined()
  })

  it('goes where the tag is not there', async () => {
    const { shown, cluster, path, reconcile } = await synced(aged)
    cluster.change('Repository', 'app', { spec: { repository: path, registryRef: { name: 'registry' }, tag: 'v2' } })
    await reconcile()

    expect(shown()).toBeUndefined()
  })

  it('is Unknown while its repository is yet to be read', async () => {
    const { shown, cluster, path, reconcile } = await synced(aged)
    const repository = `${path}/another`
    cluster.change('Repository', 'app', { spec: { repository, registryRef: { name: 'registry' }, tag: 'v1' } })
    await reconcile()

    expect(shown()).toMatchObject({ status: 'Unknown', reason: 'RulesNotRead' })
  })

  it('is False of what a policy of ours has marked and nothing runs', async () => {
    const mark = {
      ...{ policy: 'eu-1/team/cleanup', policyHash: 'h', runId: 'r' },
      ...{ markedAt: at(0), deleteAfter: at(86_400), reason: 'not among the newest 1', facts: [] },
    }
    const { shown } = await synced(aged, { mark, stage: 'Cleanup' })
    expect(shown()?.status).toBe('False')
  })

  it('is Unknown where the text is none of a policy', async () => {
    const { shown } = await synced({ readAt: at(0), rules: { kind: 'ecr-lifecycle', text: '' } })
    expect(shown()).toMatchObject({ status: 'Unknown', reason: 'RuleNotUnderstood' })
  })

  it('is Unknown of rules that only a later version knows', async () => {
    const kind = 'quay-prune' as 'ecr-lifecycle'
    const { shown } = await synced({ readAt: at(0), rules: { kind, text: '{}' } })
    expect(shown()).toMatchObject({ status: 'Unknown', reason: 'RuleNotUnderstood' })
    expect(shown()?.message).toContain('rules of the kind quay-prune are not understood')
  })
})
