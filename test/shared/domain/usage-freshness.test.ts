import { describe, expect, it } from 'vitest'
import type { InventoryRecord } from '../../../shared/domain/records/workloads.ts'
import { isUsageKnown, sourcesFor, unknownIn } from '../../../shared/domain/usage-freshness.ts'
import { at } from '../../support/records.ts'

const [app, shop] = ['a.example.com/team/app', 'b.example.com/team/shop'] as const
const listed = (cluster: string, rest: Partial<InventoryRecord> = {}): [string, InventoryRecord] => [
  cluster,
  { cluster, startedAt: at(0), finishedAt: at(1), complete: true, workloads: 0, message: '', number: 1, ...rest },
]
/** `eu` pulls from both registries, `us` from the second alone. */
const scopes = {
  pullsFrom: (registry: string, source: string) => source === 'eu' || registry === 'b.example.com',
  pullScopesOf: () => [],
}

describe('what is in use', () => {
  it('is not known of what a source may pull that was not listed, and of nothing else', () => {
    const inventories = new Map([listed('eu'), listed('us', { complete: false })])

    expect(unknownIn([app, shop], inventories, scopes, at(60))).toEqual(new Set([shop]))
  })

  it.each([
    ['was never listed', new Map([['eu', undefined], listed('us')])],
    ['was listed long ago', new Map([listed('eu', { startedAt: at(-3600) }), listed('us')])],
  ])('is known of nothing where the one that pulls all %s', (_, inventories) => {
    expect(unknownIn([app, shop], inventories, scopes, at(60))).toEqual(new Set([app, shop]))
  })

  it('is not known where nobody is said to pull', () => {
    const inventories = new Map([listed('us')])

    expect(unknownIn([app], inventories, scopes, at(60))).toEqual(new Set([app]))
    expect(isUsageKnown(new Map(), at(60))).toBe(false)
  })

  it.each([
    ['has no account', []],
    ['has accounts that were listed, all of which pull elsewhere', ['org/111111111111/eu-west-1']],
  ])('is not known where only an organization pulls, which %s', (_, members) => {
    const inventories = new Map([listed('org', { members }), ...members.map(name => listed(name))])
    const pullsFrom = (registry: string, source: string) => source === 'org' || registry === 'b.example.com'

    expect(unknownIn([app], inventories, { pullsFrom, pullScopesOf: () => [] }, at(60))).toEqual(new Set([app]))
  })

  it('is not known beside a cluster that was listed where an organization has no account', () => {
    const inventories = new Map([listed('eu'), listed('org', { members: [] })])
    const scopes = { pullsFrom: () => true, pullScopesOf: () => [] }

    expect(unknownIn([app], inventories, scopes, at(60))).toEqual(new Set([app]))
    expect(isUsageKnown(inventories, at(60))).toBe(false)
  })

  it('is known where an organization and its accounts were listed', () => {
    const member = 'org/111111111111/eu-west-1'
    const inventories = new Map([listed('org', { members: [member] }), listed(member)])
    const scopes = { pullsFrom: () => true, pullScopesOf: () => ['org/111111111111'] }

    expect(unknownIn([app], inventories, scopes, at(60))).toEqual(new Set())
    expect(isUsageKnown(inventories, at(60))).toBe(true)
  })

  it('is not known in a registry of which the settings name an account that is no source, and in no other', () => {
    const member = 'org/111111111111/eu-west-1'
    const inventories = new Map([listed('org', { members: [member] }), listed(member)])
    const pullScopesOf = (registry: string) =>
      registry === 'a.example.com' ? ['org/111111111111', 'org/222222222222/eu-west-1'] : []

    expect(unknownIn([app, shop], inventories, { pullsFrom: () => true, pullScopesOf }, at(60))).toEqual(new Set([app]))
  })

  it('depends on whoever may pull from one of the registries', () => {
    expect(sourcesFor([app], ['eu', 'us'], scopes)).toEqual(['eu'])
    expect(sourcesFor([app, shop], ['eu', 'us'], scopes)).toEqual(['eu', 'us'])
    expect(sourcesFor([], ['eu', 'us'], scopes)).toEqual([])
  })
})
