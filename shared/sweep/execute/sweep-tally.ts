import { amountText } from '../../domain/amount-text.ts'
import { BytesFreed, type FreedBytes } from '../../domain/bytes-freed.ts'
import type { Digest } from '../../domain/digest.ts'
import { freedSince, freedTogether, nothingFreed } from '../../domain/freed-since.ts'
import type { ImageRecord } from '../../domain/records/images.ts'
import type { RecentDeletion, SweepItem } from '../../domain/records/policies.ts'
import { deletionReason } from '../../domain/retention/deletion-reason.ts'
import type { Policy } from '../../objects/policy-object.ts'
import type { CoveredObject } from '../world/covered-object.ts'
import { owningNamespaceOf } from '../world/owning-namespace.ts'
import type { RepositoryWorld } from '../world/read-world.ts'
import type { DeleteResult } from './delete-image.ts'
import type { Deletion } from './deletion.ts'

/** Of one image the status shows so many tags, and so much of the reason. */
const shownTags = 5
const shownCharacters = 200
/** Of all that a policy deletes its status lists the last ones. */
export const shownDeletions = 20

/** What is to be added to a run. */
export interface SweepShare {
  readonly items: readonly SweepItem[]
  readonly freed: FreedBytes
  /** The images of which something was deleted, or that were archived, in order. */
  readonly deletions: readonly DeletedOfLate[]
}

/** As the policy's status lists the last ones. */
export type DeletedOfLate = Pick<RecentDeletion, 'digest' | 'tags' | 'reason'>

/** `namespace`: to which its bytes are counted, found while its objects still exist: they may be deleted with it. */
interface GoneImage {
  readonly image: ImageRecord
  readonly namespace: string | undefined
}

type FailedResult = Extract<DeleteResult, { outcome: 'failed' }>

/** Counts what one sweep of one repository does, while it does it. */
export class SweepTally {
  readonly repository: string
  /** Images of which something was deleted, or that were archived. */
  changedImages = 0
  /** Images that stay for now, since there was no time to archive their layers. */
  leftForLayers = 0
  readonly #items: SweepItem[] = []
  readonly #gone: GoneImage[] = []
  readonly #lacking = new Map<Digest, number>()
  #images: readonly Pick<ImageRecord, 'digest' | 'blobs' | 'sizeBytes'>[] = []
  #namespaceOf: ReturnType<typeof owningNamespaceOf> = () => undefined
  readonly #deletions: DeletedOfLate[] = []
  #reportedItems = 0
  #reportedDeletions = 0
  #reportedFreed: FreedBytes = nothingFreed

  constructor(repository: string) {
    this.repository = repository
  }

  get isEmpty(): boolean {
    return this.#items.length === 0
  }

  get failed(): number {
    return this.#items.filter(item => item.action === 'Failed').length
  }

  /** Takes from what a look found which blobs are still used. */
  noteLook(world: RepositoryWorld): void {
    // No more of the look than this, so that the next one need not share the memory with it.
    this.#images = world.images.map(({ digest, blobs, sizeBytes }) => ({
      digest,
      ...(blobs && { blobs }),
      ...(sizeBytes !== undefined && { sizeBytes }),
    }))
  }

  /** Takes the objects that the same look found: freed bytes are counted to their namespaces. */
  noteObjects(covered: readonly CoveredObject[]): void {
    this.#namespaceOf = owningNamespaceOf(covered)
  }

  /** So many blobs of an image the registry had no more when it was archived. */
  noteLacking(digest: Digest, blobs: number): void {
    if (blobs > 0) this.#lacking.set(digest, blobs)
  }

  /** What ended as `kept`, `overtaken` or `stopped` is no item: nothing happened to it. */
  add(policy: Policy, deletion: Deletion, result: DeleteResult): void {
    if (result.outcome === 'failed') this.#addFailed(policy, deletion, result)
    if (result.outcome !== 'deleted' && result.outcome !== 'archived') return
    this.changedImages += 1
    const { image, tags } = deletion
    this.#noteDeleted(image, result.tags)
    if (result.outcome === 'archived') {
      this.#items.push(...itemsOf(policy, deletion, result.tags, { action: 'Archived' }))
      return
    }
    if (result.isGone) this.#gone.push({ image, namespace: this.#namespaceOf(this.repository, tags) })
    const lacking = this.#lacking.get(image.digest)
    const note = lacking && `archived without ${amountText(lacking, 'blob')} that the registry had no more`
    this.#items.push(...itemsOf(policy, deletion, result.tags, { note }))
  }

  #addFailed(policy: Policy, deletion: Deletion, { message, gone = [] }: FailedResult): void {
    // Of a whole image the digest is what counts: a registry that keeps it has not shown that it deletes any.
    if (gone.length > 0 && !deletion.wholeImage) this.changedImages += 1
    this.#items.push(
      ...itemsOf(
        policy,
        deletion,
        deletion.tags.filter(tag => !gone.includes(tag)),
        { failure: message },
      ),
    )
    if (gone.length > 0) {
      this.#items.push(...itemsOf(policy, deletion, gone))
      this.#noteDeleted(deletion.image, gone)
    }
  }

  #noteDeleted({ digest, mark }: ImageRecord, tags: readonly string[]): void {
    const reason = (mark?.reason ?? 'no rule keeps it').slice(0, shownCharacters)
    this.#deletions.push({ digest, tags: tags.slice(0, shownTags), reason })
    // The status shows the last ones alone.
    if (this.#deletions.length > 2 * shownDeletions) {
      const over = this.#deletions.length - shownDeletions
      this.#deletions.splice(0, over)
      this.#reportedDeletions = Math.max(0, this.#reportedDeletions - over)
    }
  }

  /** What was added since the last share that was marked as reported. */
  unreported(): SweepShare {
    const items = this.#items.slice(this.#reportedItems)
    const deletions = this.#deletions.slice(this.#reportedDeletions)
    return { items, deletions, freed: freedSince(this.#reportedFreed, this.#freed()) }
  }

  /** The share is recorded now. */
  markReported({ items, deletions, freed }: SweepShare): void {
    this.#reportedItems += items.length
    this.#reportedDeletions += deletions.length
    this.#reportedFreed = freedTogether(this.#reportedFreed, freed)
  }

  /** Blobs that nothing of the repository uses any more; one that several deleted images shared counts once. */
  #freed(): FreedBytes {
    const bytes = new BytesFreed()
    const gone = new Set(this.#gone.map(one => one.image.digest))
    const staying = this.#images.filter(image => !gone.has(image.digest))
    for (const { image, namespace } of this.#gone) bytes.add(this.repository, image, true, namespace)
    for (const image of staying) bytes.add(this.repository, image, false)
    return bytes.sum()
  }
}

/** One for each tag, or one for an image without any. `failure` says why it is still there, `note` what was odd. */
function itemsOf(
  policy: Policy,
  { image, objects }: Deletion,
  tags: readonly string[],
  {
    failure,
    note,
    action = failure === undefined ? 'Deleted' : 'Failed',
  }: { readonly failure?: string; readonly note?: string | 0 | undefined; readonly action?: SweepItem['action'] } = {},
): readonly SweepItem[] {
  const named = tags.length > 0 ? tags : [undefined]
  return named.map(tag => {
    const object = objects.find(one => one.tag === tag)?.object.metadata
    return {
      namespace: object?.namespace ?? policy.object.metadata.namespace,
      name: object?.name ?? tag ?? image.digest,
      image: tag === undefined ? `${image.repository}@${image.digest}` : `${image.repository}:${tag}`,
      action,
      reason: deletionReason(policy.spec, image.mark?.reason ?? ''),
      message: [note, failure ?? image.mark?.reason].filter(Boolean).join('; ').slice(0, 512),
    }
  })
}
