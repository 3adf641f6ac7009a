import { type ImageRecord, type Mark, type Stage, stages } from '../records/images.ts'

/**
 * The states of an image. A verb of `transitions.ts` leads from one to another.
 *
 * ```text
 *            found                    used
 *  unknown ────────▶ introduced ────────────────▶ used ◀─┐
 *                     │   │ unused                 │     │ used
 *                     │   └──────────▶ unused ◀────┘     │
 *                     │                  │  └────────────┘
 *                     └──── marked ──────┤
 *                                        ▼    lifted, deletionFailed
 *                                      marked ───────────────────────▶ used or unused
 *                                        │
 *                                        │ deletionBegun
 *                                        ▼    lifted, deletionFailed, objectDeleted, deleted (some tags of it)
 *                                     deleting ───────────────────────▶ used or unused
 *                                        │
 *                                        │ deleted (the whole of it)
 *                                        ▼    found, restored
 *       all but deleting ── gone ──▶    gone ───────────────────────▶ introduced or used
 * ```
 *
 * `refreshed`, `toldOfGone` and `restoreBegun` change no state, and `restored` leads out of every one. What is true in each:
 *
 * | state      | stage        | mark | deletion | goneAt |                                                          |
 * | ---------- | ------------ | ---- | -------- | ------ | -------------------------------------------------------- |
 * | unknown    |              |      |          |        | there is no record                                       |
 * | introduced | Introduction | no   | no       | no     | no workload has referred to it since it was found        |
 * | used       | Use          | no   | no       | no     | a workload refers to it                                  |
 * | unused     | Maintenance  | no   | no       | no     | none does any more, or its mark was taken off unused     |
 * | marked     | Cleanup      | yes  | no       | no     | to be deleted after a date, unless something needs it    |
 * | deleting   | Cleanup      | yes  | yes      | no     | a sweep may have deleted some of it                      |
 * | gone       | the last one | no   | no       | yes    | the registry does not hold it; the stage is never Cleanup |
 */
export type LifecycleState = 'unknown' | 'introduced' | 'used' | 'unused' | 'marked' | 'deleting' | 'gone'

const statesByStage: Readonly<Record<Stage, LifecycleState>> = {
  Introduction: 'introduced',
  Use: 'used',
  Maintenance: 'unused',
  Cleanup: 'marked',
}

/** The state that a record shows, whatever wrote it; undefined where there is none is `unknown`. */
export function stateOf(record: ImageRecord | undefined): LifecycleState {
  if (record === undefined) return 'unknown'
  if (record.goneAt !== undefined) return 'gone'
  if (record.mark === undefined) return hasKnownStage(record) ? statesByStage[stageOf(record)] : 'unused'
  return record.deletion === undefined ? 'marked' : 'deleting'
}

/** False for a value of a later version, which stays on the record whatever happens here. */
export const hasKnownStage = ({ stage }: { readonly stage: Stage }): boolean => stages.includes(stage)

/**
 * The stage of an image. Records of an earlier version may stand in Cleanup without a mark, after a sweep that deleted
 * only its object or only some of its tags: the mark was taken off, so they are in Maintenance.
 */
export function stageOf({ stage, mark }: { readonly stage: Stage; readonly mark?: Mark }): Stage {
  if (!hasKnownStage({ stage })) return stage
  if (mark !== undefined) return 'Cleanup'
  return stage === 'Cleanup' ? 'Maintenance' : stage
}

/** The record without fields that do not belong to its state, as earlier versions left them. */
export function normalized({ mark, markedFor, deletion, ...rest }: ImageRecord): ImageRecord {
  if (mark === undefined || rest.goneAt !== undefined) return { ...rest, stage: stageOf(rest) }
  return {
    ...rest,
    stage: stageOf({ ...rest, mark }),
    mark,
    ...(markedFor && { markedFor }),
    ...(deletion && { deletion }),
  }
}

/** An invocation that deletes ends within this. */
const longestExecutionMs = 15 * 60_000

/**
 * True while an execution may be between two calls of this image's deletion. Its mark is left to that execution, which
 * judges again by itself: if another took it off meanwhile, the record could not note that the image is gone.
 */
export const isBeingDeleted = ({ deletion }: Pick<ImageRecord, 'deletion'>, now: Date): boolean =>
  deletion !== undefined && now.getTime() - deletion.startedAt.getTime() < longestExecutionMs

/** True for an image that a sweep has begun to archive, and of which it has not noted how that ended. */
export const isBeingArchived = ({ mark, deletion }: Pick<ImageRecord, 'mark' | 'deletion'>): boolean =>
  deletion !== undefined && mark?.archives === true
