import { describe, expect, it } from 'vitest'
import { BytesFreed } from '../../../shared/domain/bytes-freed.ts'
import { addFreedShares, freedSharesOf } from '../../../shared/domain/freed-shares.ts'
import { digestOf, imageOf } from './retention/retention-world.ts'

const blob = (name: string, sizeBytes: number) => ({ digest: digestOf(name), sizeBytes })
const withBlobs = (...blobs: ReturnType<typeof blob>[]) => imageOf('v1', { blobs })

describe('bytes freed', () => {
  it('counts a blob of two images to delete once', () => {
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

  it('counts for an archive what others use as well, and each digest once', () => {
    const bytes = new BytesFreed()
    bytes.add('a.example/app', withBlobs(blob('base', 100), blob('one', 1)), true)
    bytes.add('b.example/app', withBlobs(blob('base', 100), blob('two', 2)), true)
    bytes.add('a.example/other', withBlobs(blob('base', 100), blob('three', 4)), false)
    bytes.add('a.example/other', { sizeBytes: 1000 }, true)

    expect(bytes.wholeBytes()).toBe(1103)
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

describe('shares of the bytes freed', () => {
  const freed = (...added: [repository: string, namespace: string | undefined, bytes: number][]) => {
    const bytes = new BytesFreed()
    for (const [index, [repository, namespace, size]] of added.entries())
      bytes.add(repository, withBlobs(blob(`${repository} ${index}`, size)), true, namespace)
    return bytes.sum()
  }

  it('are told by repository, namespace and registry, the largest first', () => {
    const shares = freedSharesOf(
      freed(['a.example/app', 'shop', 10], ['a.example/web', 'shop', 30], ['b.example/app', 'lab', 20]),
    )

    expect(shares).toEqual({
      byRepository: [
        { repository: 'a.example/web', bytes: 30 },
        { repository: 'b.example/app', bytes: 20 },
        { repository: 'a.example/app', bytes: 10 },
      ],
      byNamespace: [
        { namespace: 'shop', bytes: 40 },
        { namespace: 'lab', bytes: 20 },
      ],
      byRegistry: [
        { registry: 'a.example', bytes: 40 },
        { registry: 'b.example', bytes: 20 },
      ],
    })
  })

  it('add up over executions', () => {
    const before = addFreedShares(undefined, freed(['a.example/app', 'shop', 10]))

    expect(addFreedShares(before, freed(['a.example/app', 'lab', 5]))).toEqual({
      byRepository: [{ repository: 'a.example/app', bytes: 15 }],
      byNamespace: [
        { namespace: 'shop', bytes: 10 },
        { namespace: 'lab', bytes: 5 },
      ],
      byRegistry: [{ registry: 'a.example', bytes: 15 }],
    })
  })

  it('are none where nothing was freed', () => {
    expect(addFreedShares(undefined, freed())).toBeUndefined()
  })

  it('show twenty owners at most', () => {
    const many = Array.from({ length: 30 }, (_, index): [string, string, number] => [`a.example/${index}`, 'shop', 1])

    expect(freedSharesOf(freed(...many))?.byRepository).toHaveLength(20)
  })
})
