import { installationCredential } from '../../shared/domain/sync-credential.ts'
import type { Shown } from '../support/shown-reader.ts'
import { createDice } from './dice.ts'
import type { Door, Model } from './model.ts'
import type { RepositoryBook } from './registry-book.ts'

/** Another answer from now on; the installation's own credential is always let in. */
export function turnDoor({ dice, doors, journal }: Model, credential: string, book: RepositoryBook): void {
  if (credential === installationCredential) return
  const door = dice.pick<Door>(['open', 'open', 401, 403, 404, 'empty']) ?? 'open'
  journal.note(`${book.path} is ${door} to ${credential}`)
  doors.set(`${credential} ${book.path}`, door)
}

/**
 * Half of the credentials of tenants see half of the tags, always the same ones: registries take a repository away from
 * somebody, and no single tag that he saw before.
 */
export function sightOf({ doors }: Model, credential: string, book: RepositoryBook): Shown {
  const door = doors.get(`${credential} ${book.path}`) ?? 'open'
  if (door !== 'open') return door
  const seesAll = credential === installationCredential || createDice(`${credential} ${book.path}`).chance(50)
  if (seesAll) return undefined
  return [...book.tags.keys()].filter(tag => createDice(`${credential} ${book.path} ${tag}`).chance(50))
}
