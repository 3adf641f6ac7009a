import { expect, it } from 'vitest'
import { owningNamespaceOf } from '../../../../shared/sweep/world/owning-namespace.ts'
import { host, trackedOf } from '../../../support/policy-world.ts'

const repository = `${host}/team/app`
const tracked = (namespace: string, tag?: string) => trackedOf('team/app', tag, { namespace })

it('accounts an image to the namespace of the object of its tag', () => {
  const namespaceOf = owningNamespaceOf([tracked('whole'), tracked('shop', 'v1')])

  expect(namespaceOf(repository, ['v1'])).toBe('shop')
  expect(namespaceOf(repository, ['v2'])).toBe('whole')
  expect(namespaceOf(repository, [])).toBe('whole')
})

it('accounts an image that several namespaces track to the first of them, in any order of objects', () => {
  const objects = [tracked('shop', 'v1'), tracked('lab', 'v1'), tracked('alpha', 'v2')]

  for (const order of [objects, objects.toReversed()])
    expect(owningNamespaceOf(order)(repository, ['v1', 'latest'])).toBe('lab')
})

it('accounts what no object brings to the first namespace that tracks its repository', () => {
  const namespaceOf = owningNamespaceOf([tracked('shop', 'v1'), tracked('lab', 'v2')])

  expect(namespaceOf(repository, [])).toBe('lab')
  expect(namespaceOf(`${host}/team/other`, [])).toBeUndefined()
})
