import { expect, it } from 'vitest'
import type { Grants } from '../../shared/domain/grants/grant.ts'
import type { SyncRecord } from '../../shared/domain/records/syncs.ts'
import { deleteAll } from '../support/rulebook.ts'
import { earlierNames } from './earlier.ts'
import type { Estate } from './estate.ts'
import { runRound } from './round.ts'
import type { RegistryKind } from './soak-registry.ts'

const grantsOfTeam: Grants = [{ namespaces: ['team', 'team-b'], repositories: ['team/**'], may: ['read', 'delete'] }]

/**
 * Not every life comes to where the product is spoiled, and some meet first what else is wrong for it. Where `seed` names
 * one it is tried first, since it is known to come there: the others are for the day on which lives change.
 */
const seeds = ['s2', 'spoiled', 's3', 's1', 's4', 'n1', 'n5', 'n7'] as const

const timeoutMs = 900_000

/** A product that is spoiled in one place, and the words in which the soak objects. */
interface Spoiled {
  readonly what: string
  readonly objection: RegExp
  readonly tamper: (estate: Estate) => void
  /** Default: plain. */
  readonly registry?: RegistryKind
  /** How many it takes until the soak notices, in one round of a few; 250 where nothing is said. */
  readonly operations?: number
  /** Default: the first. */
  readonly seed?: (typeof seeds)[number]
}

const spoiled: readonly Spoiled[] = [
  {
    what: 'puts no bytes by before it deletes',
    objection: /it was not archived/,
    tamper: ({ archive }) => {
      archive.putManifest = async () => undefined
    },
  },
  {
    what: 'sees no workload',
    objection: /Deployment .* of cluster/,
    tamper: ({ clusters }) => {
      for (const cluster of clusters) cluster.listWorkloads = async () => []
    },
    operations: 500,
  },
  {
    what: 'records no image as gone',
    objection: /is gone, and the store says that it is there/,
    tamper: ({ store }) => {
      const { saveImage } = store
      store.saveImage = async (draft, previous) =>
        draft.change.action === 'image-gone' && previous ? previous : saveImage(draft, previous)
    },
  },
  {
    what: 'puts back manifests without their tags',
    objection: /tag .* is on undefined/,
    tamper: ({ writer }) => {
      const { putManifest } = writer
      writer.putManifest = async (path, reference, manifest) =>
        reference.startsWith('sha256:') ? putManifest(path, reference, manifest) : undefined
    },
  },
  {
    what: 'deletes nothing',
    objection: /is unwanted by .* and was not deleted/,
    tamper: ({ writer }) => {
      writer.deleteManifest = async () => ({ outcome: 'kept', reason: 'spoiled' })
    },
  },
  {
    what: 'asks nobody for rights',
    objection: /policy .*\/(bank|evil)\/.* has no right to delete|is unwanted by .* and was not deleted/,
    tamper: estate => {
      estate.rulebook = { ...estate.rulebook, grantsOf: () => deleteAll }
    },
  },
  {
    what: 'does not ask those who track with standing',
    seed: 's1',
    objection: /(tracked by Repository|policy) bank\//,
    tamper: estate => {
      estate.rulebook = { ...estate.rulebook, grantsOf: () => grantsOfTeam }
    },
    operations: 500,
  },
  {
    what: 'lets those without standing keep',
    objection: /is unwanted by .* and was not deleted/,
    tamper: estate => {
      const everybody = { namespaces: ['*'], repositories: ['**'], may: ['read' as const] }
      estate.rulebook = { ...estate.rulebook, grantsOf: () => [...grantsOfTeam, everybody] }
    },
  },
  {
    what: 'forgets who has seen what',
    objection: /recorded as gone, and it is there/,
    tamper: ({ store }) => {
      const { listTags, listSyncs } = store
      store.listTags = async id => (await listTags(id)).map(({ seenBy: _, ...tag }) => tag)
      store.listSyncs = async id =>
        (await listSyncs(id)).map(one => ({ ...one, ...(one.lastOutcome && { sawAllAt: one.lastOutcome.finishedAt }) }))
    },
    operations: 500,
  },
  {
    what: 'takes every read for the one that was asked for',
    objection: /is synced with .*, which .* left before it asked|is synced, and no sync was made for what it asked/,
    tamper: ({ store }) => {
      const { listSyncs } = store
      const all = Object.assign([], { includes: () => true })
      store.listSyncs = async id => (await listSyncs(id)).map(one => ({ ...one, answered: all }))
    },
    operations: 1000,
  },
  {
    what: 'shows the team what neighbours read',
    objection: /shows .* and its own credential read|is Syncing .*, and nothing more happens/,
    tamper: estate => {
      estate.rulebook = { ...estate.rulebook, ownCredentialOf: () => undefined }
    },
    operations: 500,
  },
  {
    what: 'forgets which tags it could not read',
    seed: 's4',
    objection: /is synced with .*, and .* cannot be read|fails to say where the tag/,
    tamper: ({ store }) => {
      store.listUnreadTags = async () => []
    },
    operations: 1000,
  },
  {
    what: 'takes a manifest that cannot be read for one that names nothing',
    objection: /nobody was ever able to read|is of no known kind, and recorded as read|deleted: .*cannot be read/,
    tamper: ({ writer, stallingWriter }) => {
      const whole = { mediaType: 'application/vnd.oci.image.manifest.v1+json', sizeBytes: 1, bytes: new Uint8Array() }
      for (const reader of [writer, stallingWriter]) {
        const { findManifest } = reader
        reader.findManifest = async (path, digest) => {
          const found = await findManifest(path, digest)
          return found && 'unreadable' in found ? { ...whole, digest } : found
        }
      }
    },
  },
  {
    what: 'never reads again what it could not read',
    seed: 'spoiled',
    objection: /can be read, and is recorded as unreadable|shows UnsupportedManifest/,
    tamper: ({ store }) => {
      const { saveImage } = store
      store.saveImage = async (draft, previous) =>
        previous?.unreadable && !draft.unreadable ? previous : saveImage(draft, previous)
    },
  },
  {
    what: 'leaves nothing alone',
    seed: 'spoiled',
    objection: /was asked within a minute after its host had stalled at it/,
    tamper: ({ store }) => {
      const { findSync, listSyncs } = store
      const forgotten = ({ outage: _, ...sync }: SyncRecord): SyncRecord => sync
      store.listSyncs = async id => (await listSyncs(id)).map(forgotten)
      store.findSync = async (id, credential) => {
        const found = await findSync(id, credential)
        return found && forgotten(found)
      }
    },
    operations: 500,
  },
  {
    what: 'counts a sync that it has put off as one that failed',
    seed: 'spoiled',
    objection: /deferred, and counted as a failure/,
    tamper: ({ store }) => {
      const { saveSync } = store
      store.saveSync = async (draft, previous) =>
        saveSync({ ...draft, failureCount: draft.failureCount + (draft.deferred ? 1 : 0) }, previous)
    },
    operations: 500,
  },
  {
    what: 'does not know that Harbor takes untagged children along',
    objection: /digest .* deleted: /,
    registry: 'harbor',
    tamper: estate => {
      estate.rulebook = { ...estate.rulebook, factsOf: () => ({ untagged: 'stays' }) }
    },
    operations: 500,
  },
]

it.each(spoiled)(
  'notices a product that $what',
  async ({ objection, tamper, operations = 250, registry = 'plain', seed: first = seeds[0] }) => {
    let what: string | undefined
    for (const seed of new Set([first, ...seeds])) {
      const { failure } = await runRound({ seed, operations, tamper, registry, from: 'none' })
      what = failure?.violation.what
      if (what !== undefined && objection.test(what)) break
    }

    expect(what).toMatch(objection)
  },
  timeoutMs,
)

it(
  'is the same for the same seed',
  async () => {
    const round = () => runRound({ seed: 'same', operations: 40, registry: 'plain' })

    const [first, second] = [await round(), await round()]

    expect(second.figures).toEqual(first.figures)
    expect(second.failure?.operation).toBe(first.failure?.operation)
  },
  timeoutMs,
)

it.each(earlierNames)(
  'loses nothing needed when the code of %s shares the table, and settles with that of today',
  async from => {
    const { failure, figures } = await runRound({ seed: 'upgrade', operations: 250, registry: 'plain', from })

    expect(failure?.report).toBeUndefined()
    expect(figures['handled by yesterday']).toBeGreaterThan(50)
  },
  timeoutMs,
)
