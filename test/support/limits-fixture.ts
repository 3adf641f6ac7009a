import { parseApproval } from '../../shared/domain/approval.ts'
import type { ImageRecord } from '../../shared/domain/records/images.ts'
import { approveAnnotation } from '../../shared/objects/policy-object.ts'
import { manualRunAnnotation } from '../../shared/sweep/plan/due-run.ts'
import type { LocalStore } from './local-store.ts'
import { createPlanFixture } from './plan-fixture.ts'
import { at } from './records.ts'

/** Repositories of versions that were pushed one after the other, and a policy whose limits are the test's. */
export function createLimitsFixture(local: LocalStore, capacityBytes?: number) {
  const plan = createPlanFixture(local.store, capacityBytes)
  const idOf = (where: string) => `registry.example.com/${where}`

  const annotations = () => plan.cluster.get('ImageCleanupPolicy', 'cleanup')?.metadata.annotations ?? {}

  return {
    ...plan,
    /** v1 to v<count>, the first pushed first. */
    versions: async (count: number, where = plan.path, rest: (at: number) => Partial<ImageRecord> = () => ({})) => {
      await plan.synced(where)
      for (let number = 1; number <= count; number++) {
        const pushedAt = { at: at(number), source: 'registry' as const }
        await plan.holds(`v${number}`, { pushedAt, ...rest(number) }, where)
      }
      plan.track(where)
    },
    /** Names of the versions that bear a mark, in their order. */
    markedVersions: async (where = plan.path) => {
      const [images, tags] = await Promise.all([local.store.listImages(idOf(where)), local.store.listTags(idOf(where))])
      const marked = new Set(images.filter(image => image.mark && !image.goneAt).map(image => image.digest))
      const names = tags.filter(tag => marked.has(tag.digest)).map(tag => tag.tag)
      return names.sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)))
    },
    run: (value: string) => plan.annotate({ [manualRunAnnotation]: value }),
    approve: (value: string) => plan.annotate({ ...annotations(), [approveAnnotation]: value }),
    annotations,
    /** The hash that the condition names. */
    wantedHash: (): string => {
      const { message } = plan.condition('ApprovalRequired') as unknown as { message: string }
      return parseApproval(/theriseunion\.io\/approve=([0-9a-f]+)/.exec(message)?.[1] ?? '').hash
    },
    lastRun: () => plan.status().lastRun as { message: string; waitForPace?: number; waitForApproval?: number },
    approvals: async () =>
      (await local.store.listPolicyChanges(`${plan.cluster.name}/team/cleanup`, at(0), plan.now())).filter(
        change => change.action === 'approved',
      ),
    /** Deletes what is marked, as an execution records it. */
    executed: async (where = plan.path) => {
      for (const image of await local.store.listImages(idOf(where))) {
        if (!image.mark) continue
        const { mark: _, ...rest } = image
        const change = { ...image.change, id: `${image.change.id}-deleted`, action: 'deleted' as const }
        await local.store.saveImage({ ...rest, goneAt: plan.now(), change }, image)
        for (const tag of await local.store.listTags(idOf(where)))
          if (tag.digest === image.digest && !tag.goneAt) await local.store.saveTag({ ...tag, goneAt: plan.now() }, tag)
      }
    },
    /** Sweeps fail to delete these. */
    failed: async (...names: string[]) => {
      for (const name of names) {
        const image = await plan.image(name)
        if (!image?.mark) throw new Error(`expected a mark on ${name}`)
        const { mark, ...rest } = image
        const change = { ...image.change, id: `${name}-failed`, action: 'delete-failed' as const, runId: mark.runId }
        await local.store.saveImage({ ...rest, change }, image)
      }
    },
  }
}

export type LimitsFixture = ReturnType<typeof createLimitsFixture>

export const namesOf = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `v${from + at}`)
