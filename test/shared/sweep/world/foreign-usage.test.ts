import { expect, it } from 'vitest'
import { noCopies, type RepositoryCopies } from '../../../../shared/domain/copies/repository-copies.ts'
import { foreignRepository } from '../../../../shared/domain/usage-records.ts'
import { readForeignUse } from '../../../../shared/sweep/world/foreign-usage.ts'
import { at } from '../../../support/records.ts'
import { rulebookWith } from '../../../support/rulebook.ts'

const [own, other, formerly] = ['own.example', 'other.example', 'formerly.example']
const by = { account: '123456789012', region: 'eu-west-1' }
const copied = [{ id: `${other}/team/app`, by, readAt: at(0) }]

/** Of a reference that was listed before the settings knew this name of the other registry. */
const record = {
  repository: foreignRepository('team/app'),
  cluster: 'eu-1',
  kind: 'Pod',
  namespace: 'team',
  name: 'web',
  image: `${formerly}/team/app:v1`,
  rollback: false,
  firstSeenAt: at(1),
}

const usesOf = (copies: Partial<RepositoryCopies>) =>
  readForeignUse(
    `${own}/team/app`,
    { listUsage: async place => (place === record.repository ? [record] : []) },
    rulebookWith({ registries: [own, other], canonicalHost: host => (host === formerly ? other : host) }),
    { current: [], copies: Promise.resolve({ ...noCopies, ...copies }) },
  )

it.each([
  ['source', { sources: copied }],
  ['replica', { replicas: copied }],
  ['may-be-source', { mayBeSources: [other] }],
  ['may-be-replica', { mayBeReplicas: [other] }],
] as const)('a tag counts under each name that the settings know now, of a %s', async (relation, copies) => {
  expect(await usesOf(copies)).toMatchObject([{ image: `${own}/team/app:v1`, relation, isUnknownHost: false }])
})

it('a tag of a registry that copies nothing to or from here is its own, by whichever name', async () => {
  expect(await usesOf({})).toEqual([])
})

it('a known source goes before what may be, and a replica that no settings name is no host to be named there', async () => {
  const both = await usesOf({ sources: copied, mayBeReplicas: [other], mayBeSources: [other] })
  const unnamed = await readForeignUse(
    `${own}/team/app`,
    { listUsage: async place => (place === record.repository ? [record] : []) },
    rulebookWith({ registries: [own], isConfigured: host => host === own }),
    {
      current: [],
      copies: Promise.resolve({ ...noCopies, replicas: [{ id: `${formerly}/team/app`, by, readAt: at(0) }] }),
    },
  )

  expect(both).toMatchObject([{ relation: 'source' }])
  expect(unnamed).toMatchObject([{ image: `${own}/team/app:v1`, relation: 'replica', isUnknownHost: false }])
})
