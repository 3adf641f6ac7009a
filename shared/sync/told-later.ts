import { randomUUID } from 'node:crypto'
import pMap from 'p-map'
import type { Digest } from '../domain/digest.ts'
import type { EventActor } from '../domain/event-actor.ts'
import type { Hint } from '../domain/events.ts'
import { isOnlyEnd, mayBeTold, type RecordedEnd, toldWhy } from '../domain/lifecycle/absence.ts'
import { isRefused } from '../domain/lifecycle/transition.ts'
import { toldOfGone } from '../domain/lifecycle/transitions.ts'
import type { TagRecord } from '../domain/records/images.ts'
import type { Store } from '../ports/store.ts'
import { saveTransition } from '../records/save-image.ts'
import { idOf, type TaskDeps } from './task-deps.ts'

type Deps = Pick<TaskDeps, 'store' | 'now'>

const concurrency = 16

/**
 * Adds who did it to what was found gone before its event came: the look for one event finds gone what the next one is
 * of. Answers how many records that were. Only what an event names counts: one of a whole repository says nothing of a tag
 * that may have gone an hour before it. Safe to repeat; for after the read that the event asked for, which adds
 * this itself to what it finds gone.
 */
export async function noteTold(hint: Hint, deps: Deps): Promise<number> {
  const repository = idOf(hint)
  const noted: number[] = []
  for (const { by, digests = [], tags = [] } of hint.told ?? []) {
    const named = [...new Set(tags)]
    noted.push(...(await pMap(named, tag => noteTag({ repository, tag, by }, deps), { concurrency })))
    noted.push(
      ...(await pMap(new Set(digests), digest => noteImage({ repository, digest, by }, deps), { concurrency })),
    )
  }
  return noted.reduce((sum, count) => sum + count, 0)
}

interface Told {
  readonly repository: string
  readonly by: EventActor
}

const whyOf = (by: EventActor, end: RecordedEnd) => ({ id: randomUUID(), ...toldWhy(by, end) })

/** With the tags that were found gone in the same look. */
async function noteImage(
  { repository, digest, by }: Told & { readonly digest: Digest },
  { store, now }: Deps,
): Promise<number> {
  const image = await store.findImage(repository, digest)
  if (!image || !mayBeTold(image, now())) return 0
  const past = await store.listPast(repository, digest)
  const ofImage = past.filter(({ tag }) => tag === undefined)
  const told = toldOfGone(image, whyOf(by, image), now())
  if (isRefused(told) || !isOnlyEnd(ofImage, image, now())) return 0
  const names = new Set(past.flatMap(({ tag }) => tag ?? []))
  const went = ({ digest: on, goneAt }: TagRecord) => on === digest && goneAt?.getTime() === image.goneAt?.getTime()
  const noted = await pMap(names, tag => noteTag({ repository, tag, by }, { store, now }, went), { concurrency })
  // Last: where this is killed before, all is done again.
  await saveTransition(told, store)
  return noted.reduce((sum, count) => sum + count, 1)
}

async function noteTag(
  { repository, tag: name, by }: Told & { readonly tag: string },
  { store, now }: Deps,
  isMeant: (tag: TagRecord) => boolean = () => true,
): Promise<number> {
  const tag = await store.findTag(repository, name)
  if (!tag || !isMeant(tag) || !mayBeTold(tag, now()) || !(await wasDeletedOnce(tag, now(), store))) return 0
  const change = { at: now(), action: 'deletion-told' as const, digest: tag.digest, tag: name, ...whyOf(by, tag) }
  await store.saveTag({ ...tag, change }, tag)
  return 1
}

/**
 * On this digest, and on the one before. Where it was moved to that one only lately, what was before it is not known.
 */
async function wasDeletedOnce(tag: TagRecord, now: Date, store: Pick<Store, 'listPast'>): Promise<boolean> {
  const { repository, digest, previousDigest } = tag
  const pastOn = async (one: Digest) => (await store.listPast(repository, one)).filter(entry => entry.tag === tag.tag)
  if (!isOnlyEnd(await pastOn(digest), tag, now)) return false
  return previousDigest === undefined || isOnlyEnd(await pastOn(previousDigest), tag, now, ['tag-moved'])
}
