import { expect, it } from 'vitest'
import { type VersionPart, versionTrees } from '../../../cli/images/version-tree.ts'
import type { Digest } from '../../../shared/domain/digest.ts'
import type { ImageRecord, TagRecord } from '../../../shared/domain/records/images.ts'

const digestOf = (hex: string): Digest => `sha256:${hex.padEnd(64, '0')}`
const image = (hex: string, rest: Partial<ImageRecord> = {}) => ({ digest: digestOf(hex), ...rest }) as ImageRecord
const children = (...hexes: string[]) => ({ children: hexes.map(digestOf) })

const treeOf = (root: string, images: readonly ImageRecord[], tags: readonly TagRecord[] = []) =>
  versionTrees({ images, tags })(digestOf(root))

const shown = (parts: readonly VersionPart[]): unknown[] =>
  parts.map(({ kind, label, parts: below }) => (below.length === 0 ? [kind, label] : [kind, label, shown(below)]))

it('shows platforms, indexes in indexes, and what is about each of them', () => {
  const arm = { platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } }
  const signature = { tag: `sha256-${'c'.padEnd(64, '0')}.sig`, digest: digestOf('d') } as TagRecord
  const images = [
    image('a', children('b', 'c', 'f')),
    image('b', children('c')),
    image('c', arm),
    image('d'),
    image('e', { subject: digestOf('a'), artifactType: 'application/spdx+json' }),
  ]

  const { parts, isCut } = treeOf('a', images, [signature])

  expect(shown(parts)).toEqual([
    ['index', 'index', [['platform', 'linux/arm64/v8', [['referrer', signature.tag]]]]],
    ['platform', 'linux/arm64/v8'],
    ['unknown', 'platform not known'],
    ['referrer', 'application/spdx+json'],
  ])
  expect(isCut).toBe(false)
})

it('ends where manifests refer to themselves and one another', () => {
  const images = [image('a', children('b', 'a')), image('b', { ...children('a'), subject: digestOf('a') })]

  const { parts } = treeOf('a', images)

  expect(JSON.stringify(parts).match(/"kind"/g)?.length).toBeLessThan(10)
})

it('shows a bounded part of indexes that hold each other in ever more ways', () => {
  const levels = Array.from({ length: 30 }, (_, at) => at)
  const images = levels.map(at => image(String(at + 100), children(...Array(50).fill(String(at + 101)))))

  const { parts, isCut } = treeOf('100', images)

  expect(JSON.stringify(parts).match(/"kind"/g)).toHaveLength(200)
  expect(isCut).toBe(true)
})
