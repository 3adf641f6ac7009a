import { describe, expect, it } from 'vitest'
import type { PlanView } from '../../../cli/plan/print-repository.ts'
import { printTable } from '../../../cli/plan/print-table.ts'
import { smallHead, smallPlan } from './small-world.ts'

const textAt = (columns: number, view: PlanView = {}): string =>
  `\n${[...printTable(smallHead, smallPlan(), { columns, colours: false }, view)].join('')}`

describe('a plan of all kinds of images, word for word', () => {
  it('at 40 columns: the reason stands below its image', () => {
    expect(textAt(40)).toMatchInlineSnapshot(`
      "
      KEEP  DELETE     FREES
         9       5  126.0 MB
          registry.example.com/app
          newest of them v1.0.0
          oldest kept v0.9.0

      registry.example.com/app: 5 of 14 images
      would be deleted
      WHAT    IMAGE
      releases:
      keep    v1.2.0 latest
          kept by keepRecent: among the newest
          1 releases
      keep    ├ linux/amd64
          kept: needed by v1.2.0
      keep    └ linux/arm64
          kept: needed by v1.2.0
      keep      └ SBOM
          kept: needed by v1.2.0 (linux/arm64)
      ── cut: keepRecent 1 keeps those above ─
      keep    v1.1.0
          kept by in-use: used by Deployment
          production/app in cluster eu-1
      keep    ├ linux/amd64
          kept: needed by v1.1.0
      keep    └ linux/arm64
          kept: needed by v1.1.0
      delete  v1.0.0
          marked, deleted after
          2026-11-24T00:00:00Z: deleted
          because not among the newest 1
      delete  ├ linux/amd64
          deleted because untagged
      delete  ├ linux/arm64
          deleted because untagged
      delete  └ signature
          deleted with its subject v1.0.0
      keep    v0.9.0
          kept: archived in its registry,
          which hands out nothing that could
          be kept before a delete
      counted by no rule:
      keep    edge
          kept by floating: the floating tag
          edge is on it
      delete  @6c6f73740000
          deleted because untagged

      14 images with 7 tags: 9 kept, 5 would
      be deleted, freeing 126.0 MB
      judged at 2026-11-23T00:00:00Z by
      production/tidy; usage is complete
      a run marks at most 2 images
      4 images wait for later runs, as
      maxDeletionsPerRun is 2
      "
    `)
  })

  it('at 80 columns', () => {
    expect(textAt(80)).toMatchInlineSnapshot(`
      "
      REPOSITORY                KEEP  DELETE     FREES  NEWEST DELETED  OLDEST KEPT
      registry.example.com/app     9       5  126.0 MB  v1.0.0          v0.9.0

      registry.example.com/app: 5 of 14 images would be deleted
      WHAT    IMAGE          WHY
      releases:
      keep    v1.2.0 latest  kept by keepRecent: among the newest 1 releases
      keep    ├ linux/amd64  kept: needed by v1.2.0
      keep    └ linux/arm64  kept: needed by v1.2.0
      keep      └ SBOM       kept: needed by v1.2.0 (linux/arm64)
      ── cut: keepRecent 1 keeps those above ─────────────────────────────────────────
      keep    v1.1.0
          kept by in-use: used by Deployment production/app in cluster eu-1
      keep    ├ linux/amd64  kept: needed by v1.1.0
      keep    └ linux/arm64  kept: needed by v1.1.0
      delete  v1.0.0
          marked, deleted after 2026-11-24T00:00:00Z: deleted because not among the
          newest 1
      delete  ├ linux/amd64  deleted because untagged
      delete  ├ linux/arm64  deleted because untagged
      delete  └ signature    deleted with its subject v1.0.0
      keep    v0.9.0
          kept: archived in its registry, which hands out nothing that could be kept
          before a delete
      counted by no rule:
      keep    edge           kept by floating: the floating tag edge is on it
      delete  @6c6f73740000  deleted because untagged

      14 images with 7 tags: 9 kept, 5 would be deleted, freeing 126.0 MB
      judged at 2026-11-23T00:00:00Z by production/tidy; usage is complete
      a run marks at most 2 images
      4 images wait for later runs, as maxDeletionsPerRun is 2
      "
    `)
  })

  it('at 200 columns, with digests, sizes and times', () => {
    expect(textAt(200, { wide: true })).toMatchInlineSnapshot(`
      "
      REPOSITORY                KEEP  DELETE     FREES  NEWEST DELETED  OLDEST KEPT
      registry.example.com/app     9       5  126.0 MB  v1.0.0          v0.9.0

      registry.example.com/app: 5 of 14 images would be deleted
      WHAT    IMAGE          DIGEST             SIZE  PUSHED                WHY
      releases:
      keep    v1.2.0 latest  76312e322e30  900 bytes  2026-09-14T00:00:00Z  kept by keepRecent: among the newest 1 releases
      keep    ├ linux/amd64  76312e322e30    48.0 MB  2026-09-14T00:00:00Z  kept: needed by v1.2.0
      keep    └ linux/arm64  76312e322e30    48.0 MB  2026-09-14T00:00:00Z  kept: needed by v1.2.0
      keep      └ SBOM       73626f6d0000     2.0 kB  2025-11-23T00:00:00Z  kept: needed by v1.2.0 (linux/arm64)
      ── cut: keepRecent 1 keeps those above ─────────────────────────────────────────────────────────────
      keep    v1.1.0         76312e312e30  900 bytes  2026-09-04T00:00:00Z  kept by in-use: used by Deployment production/app in cluster eu-1
      keep    ├ linux/amd64  76312e312e30    48.0 MB  2026-09-04T00:00:00Z  kept: needed by v1.1.0
      keep    └ linux/arm64  76312e312e30    48.0 MB  2026-09-04T00:00:00Z  kept: needed by v1.1.0
      delete  v1.0.0         76312e302e30  900 bytes  2026-08-25T00:00:00Z  marked, deleted after 2026-11-24T00:00:00Z: deleted because not among the newest 1
      delete  ├ linux/amd64  76312e302e30    48.0 MB  2026-08-25T00:00:00Z  deleted because untagged
      delete  ├ linux/arm64  76312e302e30    48.0 MB  2026-08-25T00:00:00Z  deleted because untagged
      delete  └ signature    76312e302e30  500 bytes  2025-11-23T00:00:00Z  deleted with its subject v1.0.0
      keep    v0.9.0         76302e392e30    30.0 MB  2025-11-23T00:00:00Z  kept: archived in its registry, which hands out nothing that could be kept before a delete
      counted by no rule:
      keep    edge           656467650000    30.0 MB  2025-11-23T00:00:00Z  kept by floating: the floating tag edge is on it
      delete  @6c6f73740000  6c6f73740000    30.0 MB  2025-11-23T00:00:00Z  deleted because untagged

      14 images with 7 tags: 9 kept, 5 would be deleted, freeing 126.0 MB
      judged at 2026-11-23T00:00:00Z by production/tidy; usage is complete
      a run marks at most 2 images
      4 images wait for later runs, as maxDeletionsPerRun is 2
      "
    `)
  })

  it('in a pipe, where nothing is cut', () => {
    expect(textAt(Number.POSITIVE_INFINITY)).toMatchInlineSnapshot(`
      "
      REPOSITORY                KEEP  DELETE     FREES  NEWEST DELETED  OLDEST KEPT
      registry.example.com/app     9       5  126.0 MB  v1.0.0          v0.9.0

      registry.example.com/app: 5 of 14 images would be deleted
      WHAT    IMAGE          DIGEST                                                                        SIZE  PUSHED                WHY
      releases:
      keep    v1.2.0 latest  sha256:76312e322e300000000000000000000000000000000000000000000000000000  900 bytes  2026-09-14T00:00:00Z  kept by keepRecent: among the newest 1 releases
      keep    ├ linux/amd64  sha256:76312e322e30206c696e75782f616d6436340000000000000000000000000000    48.0 MB  2026-09-14T00:00:00Z  kept: needed by v1.2.0
      keep    └ linux/arm64  sha256:76312e322e30206c696e75782f61726d36340000000000000000000000000000    48.0 MB  2026-09-14T00:00:00Z  kept: needed by v1.2.0
      keep      └ SBOM       sha256:73626f6d00000000000000000000000000000000000000000000000000000000     2.0 kB  2025-11-23T00:00:00Z  kept: needed by v1.2.0 (linux/arm64)
      ── cut: keepRecent 1 keeps those above ─────────────────────────────────────────────────────────────
      keep    v1.1.0         sha256:76312e312e300000000000000000000000000000000000000000000000000000  900 bytes  2026-09-04T00:00:00Z  kept by in-use: used by Deployment production/app in cluster eu-1
      keep    ├ linux/amd64  sha256:76312e312e30206c696e75782f616d6436340000000000000000000000000000    48.0 MB  2026-09-04T00:00:00Z  kept: needed by v1.1.0
      keep    └ linux/arm64  sha256:76312e312e30206c696e75782f61726d36340000000000000000000000000000    48.0 MB  2026-09-04T00:00:00Z  kept: needed by v1.1.0
      delete  v1.0.0         sha256:76312e302e300000000000000000000000000000000000000000000000000000  900 bytes  2026-08-25T00:00:00Z  marked, deleted after 2026-11-24T00:00:00Z: deleted because not among the newest 1
      delete  ├ linux/amd64  sha256:76312e302e30206c696e75782f616d6436340000000000000000000000000000    48.0 MB  2026-08-25T00:00:00Z  deleted because untagged
      delete  ├ linux/arm64  sha256:76312e302e30206c696e75782f61726d36340000000000000000000000000000    48.0 MB  2026-08-25T00:00:00Z  deleted because untagged
      delete  └ signature    sha256:76312e302e302e73696700000000000000000000000000000000000000000000  500 bytes  2025-11-23T00:00:00Z  deleted with its subject v1.0.0
      keep    v0.9.0         sha256:76302e392e300000000000000000000000000000000000000000000000000000    30.0 MB  2025-11-23T00:00:00Z  kept: archived in its registry, which hands out nothing that could be kept before a delete
      counted by no rule:
      keep    edge           sha256:6564676500000000000000000000000000000000000000000000000000000000    30.0 MB  2025-11-23T00:00:00Z  kept by floating: the floating tag edge is on it
      delete  @6c6f73740000  sha256:6c6f737400000000000000000000000000000000000000000000000000000000    30.0 MB  2025-11-23T00:00:00Z  deleted because untagged

      14 images with 7 tags: 9 kept, 5 would be deleted, freeing 126.0 MB
      judged at 2026-11-23T00:00:00Z by production/tidy; usage is complete
      a run marks at most 2 images
      4 images wait for later runs, as maxDeletionsPerRun is 2
      "
    `)
  })

  it('alone what is deleted, each by a name that says what of', () => {
    expect(textAt(80, { only: 'delete' })).toMatchInlineSnapshot(`
      "
      REPOSITORY                KEEP  DELETE     FREES  NEWEST DELETED  OLDEST KEPT
      registry.example.com/app     9       5  126.0 MB  v1.0.0          v0.9.0

      registry.example.com/app: 5 of 14 images would be deleted
      WHAT    IMAGE                 WHY
      delete  v1.0.0
          marked, deleted after 2026-11-24T00:00:00Z: deleted because not among the
          newest 1
      delete  v1.0.0 (linux/amd64)  deleted because untagged
      delete  v1.0.0 (linux/arm64)  deleted because untagged
      delete  v1.0.0 (signature)    deleted with its subject v1.0.0
      delete  @6c6f73740000         deleted because untagged

      14 images with 7 tags: 9 kept, 5 would be deleted, freeing 126.0 MB
      judged at 2026-11-23T00:00:00Z by production/tidy; usage is complete
      a run marks at most 2 images
      4 images wait for later runs, as maxDeletionsPerRun is 2
      "
    `)
  })

  it('as a row a repository', () => {
    expect(textAt(80, { summary: true })).toMatchInlineSnapshot(`
      "
      REPOSITORY                KEEP  DELETE     FREES  NEWEST DELETED  OLDEST KEPT
      registry.example.com/app     9       5  126.0 MB  v1.0.0          v0.9.0

      14 images with 7 tags: 9 kept, 5 would be deleted, freeing 126.0 MB
      judged at 2026-11-23T00:00:00Z by production/tidy; usage is complete
      a run marks at most 2 images
      4 images wait for later runs, as maxDeletionsPerRun is 2
      "
    `)
  })

  it.each([40, 80, 200])('has no line but a command that is wider than %i columns', columns => {
    const wide = textAt(columns)
      .split('\n')
      .filter(line => line.length > columns && !line.startsWith('approve with: '))

    expect(wide).toEqual([])
  })
})
