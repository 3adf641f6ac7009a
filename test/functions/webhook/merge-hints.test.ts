import { describe, expect, it } from 'vitest'
import { mergeHints } from '../../../functions/webhook/merge-hints.ts'
import type { ProviderHint } from '../../../functions/webhook/providers/provider.ts'
import type { Digest } from '../../../shared/domain/digest.ts'

const pushOf = (repository: string, tag: string, digit = 'a'): ProviderHint => ({
  type: 'ImagePushed',
  repository,
  tag,
  digest: `sha256:${digit.repeat(64)}`,
})
const deleteOf = (repository: string, tag: string): ProviderHint => ({ type: 'ImageDeleted', repository, tag })
const wholeOf = (repository: string): ProviderHint => ({ type: 'ImageDeleted', repository })
const times = <T>(count: number, of: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => of(at))

it('takes the last of several hints for one tag', () => {
  const hints = [pushOf('team/app', 'v1', 'a'), pushOf('team/app', 'v2', 'b'), pushOf('team/app', 'v1', 'c')]

  expect(mergeHints(hints)).toEqual([hints[2], hints[1]])
})

it('reads a repository once as a whole for many deletes, and never leaves out a push beside them', () => {
  const push = pushOf('team/app', 'latest')

  expect(mergeHints([push, ...times(10, at => deleteOf('team/app', `v${at}`))])).toHaveLength(11)
  expect(mergeHints([push, ...times(11, at => deleteOf('team/app', `v${at}`))])).toEqual([push, wholeOf('team/app')])
})

it('needs no delete of a tag beside one that asks for the whole repository', () => {
  expect(mergeHints([deleteOf('team/app', 'v1'), wholeOf('team/app'), wholeOf('team/app')])).toEqual([
    wholeOf('team/app'),
  ])
})

it('reads a repository once as a whole for more pushes than a registry tells of at once', () => {
  expect(mergeHints(times(100, at => pushOf('team/app', `v${at}`)))).toHaveLength(100)
  expect(mergeHints(times(3000, at => pushOf('team/app', `v${at}`)))).toEqual([wholeOf('team/app')])
})

it('B21 behind so many hints asks for each further repository once, and leaves none out', () => {
  const paths = times(200, at => `team/app${at}`)

  const merged = mergeHints(paths.flatMap(path => times(10, at => pushOf(path, `v${at}`))))

  expect(new Set(merged.map(({ repository }) => repository))).toEqual(new Set(paths))
  expect(merged.length).toBeLessThanOrEqual(500 + paths.length)
  expect(merged.slice(0, 500).every(({ type }) => type === 'ImagePushed')).toBe(true)
})

describe('what was told of deletes', () => {
  const digestOf = (at: number): Digest => `sha256:${at.toString(16).padStart(64, '0')}`
  const told = (name: string, at: number): ProviderHint => ({
    type: 'ImageDeleted',
    repository: 'team/app',
    told: [{ by: { name }, digests: [digestOf(at)] }],
  })

  it('stays with the read of the whole repository, by who deleted', () => {
    expect(mergeHints([told('alice', 1), told('bob', 2), told('alice', 3)])).toEqual([
      {
        ...wholeOf('team/app'),
        told: [
          { by: { name: 'alice' }, digests: [digestOf(1), digestOf(3)], tags: [] },
          { by: { name: 'bob' }, digests: [digestOf(2)], tags: [] },
        ],
      },
    ])
  })

  it('is bounded, whoever tells of how much', () => {
    const many = mergeHints(times(3000, at => told(`user-${at % 50}`, at)))

    expect(many).toHaveLength(1)
    expect(JSON.stringify(many).length).toBeLessThan(20_000)
  })
})
