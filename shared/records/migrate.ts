import pMap from 'p-map'
import type { TableRecord } from '../domain/records/installation.ts'
import { ShelflifeError, StoreUnavailableError } from '../errors.ts'
import type { SecretStore } from '../ports/platform.ts'
import type { Draft, Store } from '../ports/store.ts'
import { pullSecretPrefix } from '../wiring.ts'
import { saveUnlessOvertaken } from './save-latest.ts'

export interface MigrateDeps {
  readonly store: Pick<Store, 'findTableRecord' | 'saveTableRecord' | 'scanRepositories'>
  readonly secrets: Pick<SecretStore, 'deleteSecret'>
  /** The release that runs. */
  readonly release: string
  readonly now: () => Date
  readonly log: {
    info(message: string, fields: Record<string, unknown>): void
    warn(message: string, fields: Record<string, unknown>): void
    error(message: string, fields: Record<string, unknown>): void
  }
}

/**
 * Does a part of what leads to one version, from a cursor of its own on, and answers where the next part begins;
 * undefined at the end. Safe to repeat, and to be done twice at once.
 */
type Migration = (cursor: string | undefined, deps: MigrateDeps) => Promise<string | undefined>

const deletesAtOnce = 8
/** A tick of the schedule has other work as well. */
const budgetMs = 15_000

/** What leads from each version to the next; the first from a table that has no record of its version. */
const migrations: readonly Migration[] = [deleteCopiesWithoutHost]

/** Stores whose later version was logged. */
const logged = new WeakSet<object>()

/**
 * Migrates the table to the version of this release, part after part, for some seconds a call: for the beginning of a tick
 * of the schedule. Where it ends, or is killed, the next call continues; of two at once one ends. Costs one read once
 * nothing is left to do. A table of a later version is used as it is, since records are read tolerantly. What fails is
 * logged and tried again by the next call.
 * @throws StoreUnavailableError
 */
export async function migrateTable(deps: MigrateDeps): Promise<void> {
  try {
    await migrate(deps)
  } catch (error) {
    if (!(error instanceof ShelflifeError) || error instanceof StoreUnavailableError) throw error
    deps.log.error('table not migrated: the next tick tries again', { error })
  }
}

async function migrate(deps: MigrateDeps): Promise<void> {
  const until = deps.now().getTime() + budgetMs
  let record = await deps.store.findTableRecord()
  if (record && record.version > migrations.length) return tellOnce(record, deps)
  for (let next = nextOf(record); next; next = nextOf(record)) {
    const cursor = await next(record?.cursor, deps)
    const draft = draftOf(record, cursor, deps.release)
    const before = record
    record = await saveUnlessOvertaken(() => deps.store.saveTableRecord(draft, before))
    if (!record) return
    if (cursor === undefined) deps.log.info('table migrated', { version: record.version })
    if (deps.now().getTime() >= until) return
  }
}

const nextOf = (record: TableRecord | undefined): Migration | undefined => migrations[record?.version ?? 0]

function draftOf(record: TableRecord | undefined, cursor: string | undefined, release: string): Draft<TableRecord> {
  const version = record?.version ?? 0
  return cursor === undefined ? { version: version + 1, writtenBy: release } : { version, writtenBy: release, cursor }
}

function tellOnce({ version, writtenBy }: TableRecord, { store, log, release }: MigrateDeps): void {
  if (logged.has(store)) return
  logged.add(store)
  log.warn('the table is of a later version: what is not known here is kept as it is', { version, writtenBy, release })
}

/** `CLUSTER/NAMESPACE/NAME`: how versions before named a copy, which had neither the host nor the uid of its object. */
const copyWithoutHost = new RegExp(`^${pullSecretPrefix}[^/]+/[^/]+/[^/]+$`)

/** To version 1. Repositories name the copies of credentials that they were read with; no new item lacks a host. */
async function deleteCopiesWithoutHost(cursor: string | undefined, { store, secrets }: MigrateDeps) {
  const { records, next } = await store.scanRepositories(cursor)
  const ids = new Set(records.flatMap(({ credentialId }) => credentialId ?? []))
  await pMap(
    [...ids].filter(id => copyWithoutHost.test(id)),
    id => secrets.deleteSecret(id),
    { concurrency: deletesAtOnce },
  )
  return next
}
