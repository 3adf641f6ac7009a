import { describe, expect, it } from 'vitest'
import { BytesFreed } from '../../../shared/domain/bytes-freed.ts'
import { digestOf, imageOf } from './retention/retention-world.ts'

const blob = (name: string, sizeBytes: number) => ({ digest: digestOf(name), sizeBytes })
const withBlobs = (...blobs: ReturnType<typeof blob>[]) => imageOf('v1', { blobs })

describe('bytes freed', () => {
  it('counts a blob of two doomed images once', () => {
    const bytes = new BytesFreed()
    bytes.add('a.example/app', withBlobs(blob('base', 100), blob('one', 1)), true)
    bytes.add('a.example/app', withBlobs(blob('base', 100), blob('two', 2)), true)

    expect(bytes.sum().total).toBe(103)
  })

  it('counts nothing that an image which stays uses, in any repository of the host', () => {
    const bytes = new BytesFreed()
    bytes.add('a.example/app', withBlobs(blob('base', 100), blob('one', 1)), true)
    bytes.add('a.example/other', withBlobs(blob('base', 100)), false)

    expect(bytes.sum()).toMatchObject({ total: 1, byRepository: new Map([['a.example/app', 1]]) })
  })

  it('counts a blob on each host apart, since registries do not share storage', () => {
    const bytes = new BytesFreed()
    bytes.add('a.example/app', withBlobs(blob('base', 100)), true)
    bytes.add('b.example/app', withBlobs(blob('base', 100)), false)

    expect(bytes.sum().total).toBe(100)
  })

  it('counts a blob that two repositories give up in the first of them', () => {
    const bytes = new BytesFreed()
    bytes.add('a.example/app', withBlobs(blob('base', 100)), true)
    bytes.add('a.example/other', withBlobs(blob('base', 100), blob('two', 2)), true)

    expect([...bytes.sum().byRepository]).toEqual([
      ['a.example/app', 100],
      ['a.example/other', 2],
    ])
  })

  it('takes the whole size of an image whose blobs are not known', () => {
    const bytes = new BytesFreed()
    bytes.add('a.example/app', imageOf('v1', { sizeBytes: 7 }), true)
    bytes.add('a.example/app', imageOf('v2'), true)
    bytes.add('a.example/app', imageOf('v3', { sizeBytes: 9 }), false)

    expect(bytes.sum().total).toBe(7)
  })
})
