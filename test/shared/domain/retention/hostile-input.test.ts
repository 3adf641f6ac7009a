import { describe, expect, it } from 'vitest'
import { compileGlob } from '../../../../shared/domain/retention/glob.ts'
import { growthOf } from '../../../support/growth.ts'
import { judged } from './judge-for-test.ts'
import { digestOf, imageOf, workloadOf } from './retention-world.ts'

describe('a glob', () => {
  it('B34 takes no longer for globs that nearly match at every place', () => {
    const tag = 'a'.repeat(124)
    const matching = (glob: string) => {
      const matches = compileGlob(glob, 'tag')
      return () => Array.from({ length: 2000 }, () => matches(tag))
    }

    // Whoever begins anew at every place of the tag takes thirty times as long.
    expect(growthOf(matching('*cb*'), matching(`*${'a'.repeat(60)}b*`))).toBeLessThan(10)
    expect(growthOf(matching('*c?b*'), matching(`*${'a?'.repeat(30)}b*`))).toBeLessThan(10)
  })

  it('reads long pieces between two stars, with any character in them', () => {
    const tag = `${'ab'.repeat(40)}${'a.c'.repeat(14)}x`
    const globs = [`*${'ab'.repeat(30)}${'a?c'.repeat(3)}*x`, `*b${'a?c'.repeat(13)}*`, `*${'a?c'.repeat(15)}*`]

    expect(globs.map(glob => compileGlob(glob, 'tag')(tag))).toEqual([true, true, false])
  })
})

describe('a name that many workloads use', () => {
  it.each([
    ['a layer of every image', digestOf('base')],
    ['a digest that cannot be compared', `registry.example.com/app@sha512:${'0'.repeat(128)}`],
  ])('is put into words once for all images: %s', (_, name) => {
    const blobs = [{ digest: digestOf('base'), sizeBytes: 1 }]
    const images = Array.from({ length: 20 }, (_, at) => imageOf(`v${at}`, { blobs }))
    const workloads = Array.from({ length: 3 }, (_, at) => workloadOf(name, { name: `web-${at}` }))

    const { decisions } = judged({ images, usage: { complete: true, workloads } })

    expect(decisions.map(one => one.rule)).toEqual(images.map(() => 'in-use'))
    expect(new Set(decisions.map(one => one.protectedBy)).size).toBe(1)
  })
})
