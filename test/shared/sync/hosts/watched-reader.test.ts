import { expect, it } from 'vitest'
import { UnavailableError } from '../../../../shared/errors.ts'
import type { RegistryReader } from '../../../../shared/ports/registry.ts'
import { Witness, watchedReader } from '../../../../shared/sync/hosts/watched-reader.ts'
import { at } from '../../../support/records.ts'

const down = async (): Promise<never> => {
  throw new UnavailableError('it is down', { kind: 'server' })
}

/** Of all that a reader may do. */
const failing: Required<RegistryReader> = {
  countsPulls: true,
  checkAccess: down,
  listRepositories: down,
  listRepository: down,
  tellsPulls: down,
  findQuota: down,
  findOwnRules: down,
  findCopies: down,
  findTag: down,
  findTaggedManifest: down,
  findManifest: down,
  describeManifest: down,
  hasManifest: down,
  findConfig: down,
  listReferrers: down,
}

it('does all that the reader does, and no failure of it goes unseen', async () => {
  const digest = `sha256:${'a'.repeat(64)}` as const
  const watched = (witness: Witness, reader: RegistryReader = failing) =>
    watchedReader(reader, { witness, credential: 'anonymous', signal: new AbortController().signal, now: () => at(0) })
  const { countsPulls, ...calls } = watched(new Witness())
  expect(countsPulls).toBe(true)
  expect(Object.keys(calls).sort()).toEqual(
    Object.keys(failing)
      .filter(name => name !== 'countsPulls')
      .sort(),
  )

  for (const name of Object.keys(calls) as (keyof typeof calls)[]) {
    const witness = new Witness()
    const call = watched(witness)[name] as (path: string, of: typeof digest) => Promise<unknown>
    await expect(call('team/app', digest)).rejects.toThrow('it is down')
    expect([name, witness.failure?.error.message]).toEqual([name, 'it is down'])
  }
})

it('does no more than the reader does', () => {
  const {
    findOwnRules: _r,
    findCopies: _c,
    findQuota: _q,
    tellsPulls: _p,
    describeManifest: _d,
    findTaggedManifest: _t,
    ...plain
  } = failing
  const signal = new AbortController().signal
  const watched = watchedReader(plain, { witness: new Witness(), credential: 'anonymous', signal, now: () => at(0) })
  expect(Object.keys(watched).sort()).toEqual(Object.keys(plain).sort())
})
