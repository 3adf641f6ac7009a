import { describe, expect, it } from 'vitest'
import { parseVersion } from '../../../../shared/domain/retention/versions/parse-version.ts'
import { cosignSubject, isFloating } from '../../../../shared/domain/retention/versions/tag-kind.ts'
import { compareVersions, type Version } from '../../../../shared/domain/retention/versions/version.ts'

const hex = 'a1'.repeat(32)

/** A version in one line: numbers, then pre-release with `#` for a hash, variant and revision where there are any. */
const shown = (version: Version | undefined): string => {
  if (version === undefined) return 'other'
  const { major, minor, patch, fourth, preRelease, variant, revision } = version
  const words = preRelease.map(({ rank, value }) => (rank === 0 ? '#' : String(value))).join('.')
  const numbers = [major, minor, patch, fourth].join('.')
  return [numbers, words && `pre ${words}`, variant && `variant ${variant}`, revision === -1 ? '' : `r ${revision}`]
    .filter(part => part !== '')
    .join(', ')
}

describe('tags', () => {
  it.each(['.sig', '.att', '.sbom', ''])('9: sha256-<hex>%s is a cosign tag', suffix => {
    expect(cosignSubject(`sha256-${hex}${suffix}`)).toBe(`sha256:${hex}`)
  })

  it.each([`sha256-${hex}.zip`, `sha256-${hex.slice(1)}`, `sha256-${hex.toUpperCase()}.sig`, `x-sha256-${hex}`, hex])(
    '9: B10 %s is none',
    tag => {
      expect(cosignSubject(tag)).toBeUndefined()
    },
  )

  it.each(
    'latest stable edge nightly main master develop dev canary lts mainline rolling current next testing latest-alpine stable-slim'.split(
      ' ',
    ),
  )('10: %s is floating', tag => {
    expect(isFloating(tag)).toBe(true)
  })

  it.each(['v1', '1', 'latest1', 'my-latest', 'production', 'stablex'])('10: %s is not', tag => {
    expect(isFloating(tag)).toBe(false)
  })

  it.each([
    ['11', 'v1.2.3', '1.2.3.0'],
    ['11', '1', '1.0.0.0'],
    ['11', '2024', '2024.0.0.0'],
    ['11', '20240108', 'other'],
    ['11', '2024.01.08', '2024.1.8.0'],
    ['11', '1.2.3.4', '1.2.3.4'],
    ['11', '1.2.3.4.5', 'other'],
    ['11', '1.99999999999999999999.0', '1.99999999999999999999.0.0'],
    ['11', '17.0.9_9-jre', '17.0.9.0, variant jre'],
    ['11', '1.2.3+build.7', '1.2.3.0'],
    ['11', '1.2.3_', 'other'],
    ['11', '1.2.3.Final', 'other'],
    ['11', '1.2.x', 'other'],
    ['11', 'v', 'other'],
    ['11', '', 'other'],
    ['11', '123b456', 'other'],
    ['11', '123b45', '123.0.0.0, pre beta.45'],
    ['12', '1.2.3-rc.1', '1.2.3.0, pre rc.1'],
    ['12', '1.2.3-RC1', '1.2.3.0, pre rc.1'],
    ['12', '1.2.3-4-gabc1234', '1.2.3.0, pre 4.#'],
    ['12', '1.2.3-pr-17-3f9c2ab', '1.2.3.0, pre pr.17.#'],
    ['12', '1.2.3-alpine', '1.2.3.0, variant alpine'],
    ['12', '1.2.3-Alpine3.18', '1.2.3.0, variant alpine3.18'],
    ['12', '1.2.3-slim-bookworm', '1.2.3.0, variant slim-bookworm'],
    ['12', '1.21.0-rc.1-alpine', '1.21.0.0, pre rc.1, variant alpine'],
    ['12', '1.4.0-alpine-3f9c2ab', '1.4.0.0, pre #, variant alpine'],
    ['12', '1.4.0-alpine-20240108', '1.4.0.0, pre 20240108, variant alpine'],
    ['12', '1.4.0-alpine-2024', '1.4.0.0, variant alpine-2024'],
    ['12', '1.4.0-dev.20240108', '1.4.0.0, pre dev.20240108'],
    ['12', '15.3.0-debian-12-r24', '15.3.0.0, variant debian-12, r 24'],
    ['12', '1.2.3-r1', '1.2.3.0, r 1'],
    ['12', '1.2.3-r1-alpine', '1.2.3.0, variant r1-alpine'],
    ['12', '1.2.3-deadbeef', '1.2.3.0, variant deadbeef'],
    ['12', '1.2.3-dead5eef', '1.2.3.0, pre #'],
    ['12', '3.13.0b2', '3.13.0.0, pre beta.2'],
    ['12', '1.21rc2-alpine3.18', '1.21.0.0, pre rc.2, variant alpine3.18'],
    ['12', '1.0b', 'other'],
    ['12', '1.0.0--alpine', 'other'],
    ['12', '1.0.0-alpine..1', 'other'],
    ['12', '1.0.0-', 'other'],
    ['12', '1.0.0-rc_1', '1.0.0.0, variant rc_1'],
  ])('%s: %s is %s', (_, tag, expected) => {
    expect(shown(parseVersion(tag))).toBe(expected)
  })

  it.each([
    ['1.2.3-rc.9 1.2.3-rc10 1.2.3'],
    ['1.2.3-a1 1.2.3-alpha.2 1.2.3-b1 1.2.3-beta.2 1.2.3-rc1'],
    ['1.2.3-3f9c2ab 1.2.3-4 1.2.3-4-gabc1234 1.2.3-4-5 1.2.3-dev 1.2.3-dev.1'],
    ['1.9 1.10 1.99999999999999999999 1.100000000000000000000'],
    ['1.0.0-debian-12 1.0.0-debian-12-r0 1.0.0-debian-12-r2 1.0.0-debian-12-r10'],
    ['1 1.0.0.1 1.0.1 1.1 2'],
  ])('13: %s are in order', tags => {
    const versions = tags.split(' ').map(tag => parseVersion(tag))
    for (const [at, version] of versions.entries()) {
      const next = versions[at + 1]
      if (version === undefined || next === undefined) continue
      expect(compareVersions(version, next)).toBeLessThan(0)
      expect(compareVersions(next, version)).toBeGreaterThan(0)
    }
    expect(versions).not.toContain(undefined)
  })

  it.each([
    ['1.0.0', 'v1.0.0'],
    ['1.0.0', '1'],
    ['1.0.0', '1.0.0_7'],
    ['1.0.0-3f9c2ab', '1.0.0-77d01e2'],
    ['1.007', '1.7'],
  ])('13: %s and %s say the same', (one, other) => {
    const [a, b] = [parseVersion(one), parseVersion(other)]
    expect(a && b && compareVersions(a, b)).toBe(0)
  })

  it('B20 takes linear time for hostile tags', () => {
    const started = performance.now()
    for (const part of ['1.', '-', '1-', 'a', '1a', '0', 'rc1.', '_']) {
      parseVersion(`1.0.0-${part.repeat(50_000)}`)
      parseVersion(part.repeat(50_000))
    }
    expect(performance.now() - started).toBeLessThan(3000)
  })
})
