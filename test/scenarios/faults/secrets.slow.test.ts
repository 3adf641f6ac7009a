import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWriters } from '../../../shared/adapters/registry/writers.ts'
import { AccessDeniedError, InvalidInputError, UnavailableError } from '../../../shared/errors.ts'
import type { SecretStore } from '../../../shared/ports/platform.ts'
import { parseSettings } from '../../../shared/settings.ts'
import { executeSweep } from '../../../shared/sweep/execute/execute-sweep.ts'
import { type FaultyLoopback, startFaultyLoopback } from '../../support/faulty-loopback.ts'
import { isBelow } from '../../support/registry-faults.ts'
import type { Fault } from '../../support/registry-proxy.ts'
import { rulebookWith } from '../../support/rulebook.ts'
import { noEvents } from '../../support/webhook-fixture.ts'
import { type AboutToDelete, aboutToDelete, expectDeletedAtLast, expectNothingGone } from './about-to-delete.ts'

let world: FaultyLoopback
beforeAll(async () => {
  world = await startFaultyLoopback()
})
afterAll(() => world.close())

const old = 'password-of-yesterday'
const fresh = 'password-of-today'
const secretOf = (password: string) => JSON.stringify({ username: 'executor', password })

/** Runs the request with a writer whose credential is in a secret, as the handler makes one. */
async function execute({ sweep, request }: AboutToDelete, findSecret: SecretStore['findSecret']) {
  const settings = parseSettings({
    registries: [{ host: world.host, endpoint: world.proxy.url, deleteSecret: 'registry/delete' }],
  })
  const inventory = await world.store.findInventory(sweep.cluster.name)
  if (!inventory) throw new Error('expected an inventory from the minute of the plan')
  const secrets: SecretStore = {
    findSecret,
    deleteSecret: async () => undefined,
    putSecret: () => Promise.reject(new Error('expected no write')),
  }
  return executeSweep(request, {
    store: world.store,
    events: noEvents,
    clusters: [sweep.cluster],
    awsWorkloads: [],
    writerFor: createWriters({ settings, secrets }).writer,
    archive: sweep.archive,
    layers: sweep.layers,
    killSwitch: sweep.killSwitch,
    rulebook: rulebookWith(),
    now: () => inventory.startedAt,
  })
}

/** A registry that takes one password, and after so many accepted requests the next one in its place. */
function registryThatRotates(repository: string, after: number): Fault & { accepted: number } {
  const isOurs = isBelow(repository)
  const fault = (request: Parameters<Fault>[0]) => {
    if (!isOurs(request)) return undefined
    const password = fault.accepted < after ? old : fresh
    const expected = `Basic ${Buffer.from(`executor:${password}`).toString('base64')}`
    if (request.headers.authorization !== expected)
      return { kind: 'answer', status: 401, headers: { 'www-authenticate': 'Basic realm="registry"' } } as const
    fault.accepted += 1
    return undefined
  }
  fault.accepted = 0
  return fault
}

/** A message that fails comes back from the queue. */
function deniedOrThrow(error: unknown): { deleted: number } {
  if (error instanceof AccessDeniedError) return { deleted: 0 }
  throw error
}

describe('the secret of the executor', () => {
  it.each<[string, SecretStore['findSecret'], abstract new (...args: never[]) => Error]>([
    [
      'cannot be asked for',
      () => Promise.reject(new UnavailableError('secrets are down', { kind: 'server' })),
      UnavailableError,
    ],
    ['is not there', async () => undefined, AccessDeniedError],
    ['is no credential', async () => 'hunter2', InvalidInputError],
  ])('F32 that %s deletes nothing, and does not show', async (_, findSecret, family) => {
    const toDelete = await aboutToDelete(world)

    const failure = await execute(toDelete, findSecret).catch(error => error)

    expect(failure).toBeInstanceOf(family)
    expect(String(failure)).not.toContain('hunter2')
    await expectNothingGone(world, toDelete)
    await expectDeletedAtLast(toDelete)
  })

  it('F32 that the registry does not accept deletes nothing', async () => {
    const toDelete = await aboutToDelete(world)
    const undo = world.proxy.inject(registryThatRotates(toDelete.sweep.path, Number.POSITIVE_INFINITY))

    const result = await execute(toDelete, async () => secretOf('guessed')).finally(undo)

    expect(result).toMatchObject({ deleted: 0, message: expect.stringContaining('kept everything') })
    await expectNothingGone(world, toDelete)
  })

  it('F32 that is rotated after any request loses nothing needed, and the next run ends the work', async () => {
    for (let after = 0; ; after++) {
      const toDelete = await aboutToDelete(world)
      const { sweep, kept, request } = toDelete
      const registry = registryThatRotates(request.repository, after)
      const undo = world.proxy.inject(registry)

      const rotated = await execute(toDelete, async () => secretOf(old))
        .catch(deniedOrThrow)
        .finally(undo)

      expect(await sweep.tag('v2'), `rotated after ${after}`).toBe(kept.digest)
      await expectDeletedAtLast(toDelete)
      if (rotated.deleted > 0 && registry.accepted < after) return
    }
  }, 120_000)
})
