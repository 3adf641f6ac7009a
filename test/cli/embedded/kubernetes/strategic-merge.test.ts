import { describe, expect, it } from 'vitest'
import { coreShape } from '../../../../cli/embedded/kubernetes/core-shape.ts'
import type { JsonObject } from '../../../../cli/embedded/kubernetes/kubernetes-object.ts'
import { strategicMerge } from '../../../../cli/embedded/kubernetes/strategic-merge.ts'

function merge(target: JsonObject, patch: JsonObject): JsonObject {
  return strategicMerge(coreShape('Pod'), target, patch)
}

describe('a strategic merge patch', () => {
  it('merges containers by name and leaves the others alone', () => {
    const target = {
      containers: [
        { name: 'a', image: 'a:1', env: [{ name: 'X', value: '1' }] },
        { name: 'b', image: 'b:1' },
      ],
    }

    expect(merge(target, { containers: [{ name: 'a', image: 'a:2' }] })).toEqual({
      containers: [
        { name: 'a', image: 'a:2', env: [{ name: 'X', value: '1' }] },
        { name: 'b', image: 'b:1' },
      ],
    })
  })

  it('orders items as $setElementOrder says', () => {
    const patch = {
      '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }],
      containers: [{ name: 'b', image: 'b' }],
    }

    expect(merge({ containers: [{ name: 'a' }] }, patch)).toEqual({
      containers: [{ name: 'b', image: 'b' }, { name: 'a' }],
    })
  })

  it('removes an item by $patch: delete, and a field by null', () => {
    const target = { env: [{ name: 'X' }, { name: 'Y' }], dnsPolicy: 'Default' }

    expect(merge(target, { env: [{ name: 'X', $patch: 'delete' }], dnsPolicy: null })).toEqual({ env: [{ name: 'Y' }] })
  })

  it('replaces a map by $patch: replace, and keeps only $retainKeys', () => {
    expect(
      merge({ strategy: { type: 'A', rollingUpdate: {} } }, { strategy: { $patch: 'replace', type: 'B' } }),
    ).toEqual({ strategy: { type: 'B' } })
    expect(
      merge({ strategy: { type: 'A', rollingUpdate: {} } }, { strategy: { $retainKeys: ['type'], type: 'B' } }),
    ).toEqual({ strategy: { type: 'B' } })
  })

  it('replaces lists without a merge key, and unites sets', () => {
    const target = { args: ['a', 'b'], finalizers: ['x', 'y'] }

    expect(merge(target, { args: ['c'], finalizers: ['z'], '$deleteFromPrimitiveList/finalizers': ['x'] })).toEqual({
      args: ['c'],
      finalizers: ['y', 'z'],
    })
  })

  it('finds a port by its number', () => {
    const target = { ports: [{ containerPort: 80, protocol: 'TCP' }] }

    expect(merge(target, { ports: [{ containerPort: 80, name: 'http' }] })).toEqual({
      ports: [{ containerPort: 80, protocol: 'TCP', name: 'http' }],
    })
  })
})
