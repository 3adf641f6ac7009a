import type { AuditEntry } from '../../shared/domain/audit.ts'
import { secondsOf } from '../../shared/domain/instant.ts'
import type { KnownImage } from '../connect/find-image.ts'
import type { Installation } from '../connect/installation.ts'
import { commandName } from '../io/command-name.ts'
import { runOf } from '../io/run-id.ts'
import type { Disappearance } from './explanation.ts'

const imageEnds: readonly AuditEntry['action'][] = ['deleted', 'image-gone']
const tagEnds: readonly AuditEntry['action'][] = ['deleted', 'tag-gone']

/** Of entries that a version before wrote of what it found gone: who looked, which is not who deleted. */
const lookers = ['sync', 'webhook', 'sweep']
const notRecorded = 'who deleted it was not recorded by the version that found it gone'

/** How what was asked for disappeared, from the audit trail and the archive; undefined for what is there. */
export async function findDisappearance(
  { repository, digest, tag, record }: KnownImage,
  { store, archive }: Installation,
): Promise<Disappearance | undefined> {
  const what = record?.goneAt !== undefined ? 'image' : 'tag'
  const at = record?.goneAt ?? tag?.goneAt
  if (at === undefined) return undefined
  const history = await store.listHistory(repository, digest)
  const ends = what === 'image' ? imageEnds : tagEnds
  const end = history.findLast(
    entry => ends.includes(entry.action) && (what === 'image' || entry.tag === tag?.tag) && entry.at <= at,
  )
  const told = history.find(
    entry =>
      entry.action === 'deletion-told' && entry.tag === (what === 'image' ? undefined : tag?.tag) && entry.at >= at,
  )
  const isArchived = (await archive.findManifest(repository, digest)) !== undefined
  const name = tag === undefined ? `${repository}@${digest}` : `${repository}:${tag.tag}`
  return {
    what,
    at: secondsOf(at),
    ...(end && { how: end.action === 'deleted' ? 'deleted' : 'found-gone' }),
    ...(end && whoOf(end, told)),
    facts: end?.facts ?? [],
    ...(record && what === 'tag' && { heldAs: `${repository}@${digest}` }),
    ...(isArchived && { restore: `${commandName} restore ${name}` }),
  }
}

/** `told`: the entry of an event that said later who did it. */
const whoOf = (end: AuditEntry, told: AuditEntry | undefined): Pick<Disappearance, 'by' | 'reason' | 'run'> =>
  end.action !== 'deleted' && lookers.includes(end.actor)
    ? { reason: notRecorded }
    : { by: end.actor, reason: told ? `${end.reason}; ${told.reason}` : end.reason, ...runOf(end) }
