import { describe, expect, it } from 'vitest'
import { parseVersion } from '../../../../shared/domain/retention/versions/parse-version.ts'
import { attachedSubject, isFloating } from '../../../../shared/domain/retention/versions/tag-kind.ts'
import { compareVersions, type Version } from '../../../../shared/domain/retention/versions/version.ts'
import { growthOf } from '../../../support/growth.ts'

const hex = 'a1'.repeat(32)

/** A version in one line: numbers, then pre-release with `#` for a hash, variant and revision where there are any. */
const shown = (version: Version | undefined): string => {
  if (version === undefined) return 'other'
  const { major, minor, patch, fourth, preRelease, post, variant, revision } = version
  const words = preRelease.map(({ rank, value }) => (rank === 0 ? '#' : String(value))).join('.')
  const numbers = [major, minor, patch, fourth].join('.')
  const revisions = [post === -1 ? '' : `post ${post}`, revision === -1 ? '' : `r ${revision}`]
  return [numbers, words && `pre ${words}`, variant && `variant ${variant}`, ...revisions]
    .filter(part => part !== '')
    .join(', ')
}

describe('tags', () => {
  it.each(['.sig', '.att', '.sbom', '.src', '.dockerfile', '.zip', ''])(
    '9: sha256-<hex>%s is an attached tag',
    suffix => {
      expect(attachedSubject(`sha256-${hex}${suffix}`)).toBe(`sha256:${hex}`)
    },
  )

  it.each([
    `sha256-${hex}.`,
    `sha256-${hex}-x`,
    `sha256-${hex.slice(1)}`,
    `sha256-${hex.toUpperCase()}.sig`,
    `x-sha256-${hex}`,
    hex,
  ])('9: B10 %s is none', tag => {
    expect(attachedSubject(tag)).toBeUndefined()
  })

  it.each(
    'latest stable edge nightly main master develop dev canary lts mainline rolling current next testing latest-alpine stable-slim prod production preprod pre-prod uat staging stage qa test demo live release'.split(
      ' ',
    ),
  )('10: %s is floating', tag => {
    expect(isFloating(tag)).toBe(true)
  })

  it.each(['v1', '1', 'latest1', 'my-latest', 'Production', 'prod-1', 'latest-', 'stable-', 'stablex'])(
    '10: %s is not',
    tag => {
      expect(isFloating(tag)).toBe(false)
    },
  )

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
    ['11', '1.2.3.Final', '1.2.3.0'],
    ['11', '1.2.3.GA', '1.2.3.0'],
    ['11', '1.2.3.release', '1.2.3.0'],
    ['11', '1.2.3.Finale', 'other'],
    ['11', '1.2.3.post4', '1.2.3.0, post 4'],
    ['11', '1.2.3.post', 'other'],
    ['11', '1.0rc1.post2', '1.0.0.0, pre rc.1, post 2'],
    ['11', 'release-1.2.0', '1.2.0.0'],
    ['11', 'REL-v1.2', '1.2.0.0'],
    ['11', 'version-1', '1.0.0.0'],
    ['11', 'ver-20240108', 'other'],
    ['11', 'V1.2.3', '1.2.3.0'],
    ['11', '1.2.3_a+b._', '1.2.3.0'],
    ['11', '1234567', 'other'],
    ['12', '2.0.0.RC1', '2.0.0.0, pre rc.1'],
    ['12', '2.0.0.SNAPSHOT', '2.0.0.0, pre snapshot'],
    ['12', '2.0.0.CR2-alpine', '2.0.0.0, pre cr.2, variant alpine'],
    ['12', '2.0.0.x1', 'other'],
    ['12', '1.0b2345678', '1.0.0.0, pre beta.2345678'],
    ['12', '1.2.3-rc.10_build.1', '1.2.3.0, pre rc.10'],
    ['12', '1.2.3-alpha.1000_Branch.develop.Sha.b682', '1.2.3.0, pre alpha.1000'],
    ['12', '1.0.0-23_a1b2c3d4', '1.0.0.0, pre 23'],
    ['12', '1.2.3_build-5', '1.2.3.0'],
    ['12', '1.2.3-rc.1_b-5-3f9c2ab-beta', '1.2.3.0, pre rc.1.beta'],
    ['12', '22_36-ea-jdk', '22.0.0.0, pre ea, variant jdk'],
    ['12', '1.4.0-9876543', '1.4.0.0, pre #'],
    ['12', '1.4.0-g1234567', '1.4.0.0, pre #'],
    ['12', '1.4.0-20240108', '1.4.0.0, pre 20240108'],
    ['12', '1.4.0-20241308', '1.4.0.0, pre #'],
    ['12', '1.4.0-202401081530', '1.4.0.0, pre 202401081530'],
    ['12', '1.4.0-123456', '1.4.0.0, pre 123456'],
    ['12', '1.4.0-a1234567', '1.4.0.0, pre #'],
    ['12', '1.4.0-feature-login.17', '1.4.0.0, variant feature-login, r 17'],
    ['12', '1.4.0-feature-login.1234567', '1.4.0.0, variant feature-login.1234567'],
    ['12', '1.0.20210914-ls126', '1.0.20210914.0, variant ls, r 126'],
    ['12', '1.28.5-eksbuild.2', '1.28.5.0, variant eksbuild, r 2'],
    ['12', '1.29.1-k3s1', '1.29.1.0, variant k3s, r 1'],
    ['12', '1.29.1-rke2r1', '1.29.1.0, variant rke2r, r 1'],
    ['12', '1.29.1-alpine-p3', '1.29.1.0, variant alpine-p, r 3'],
    ['12', '1.29.1-alpine-r2-3f9c2ab', '1.29.1.0, pre #, variant alpine, r 2'],
    ['12', '1.0.0-rc1_', 'other'],
    ['12', '1.0.0-rc._1', 'other'],
    ['12', '1.0.0-_x', '1.0.0.0, variant _x'],
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
    ['12', '1.0.0-rc_1', '1.0.0.0, pre rc'],
  ])('%s: %s is %s', (_, tag, expected) => {
    expect(shown(parseVersion(tag))).toBe(expected)
  })

  it.each([
    ['1.2.3-rc.9 1.2.3-rc10 1.2.3'],
    ['1.2.3-a1 1.2.3-alpha.2 1.2.3-b1 1.2.3-beta.2 1.2.3-rc1'],
    ['1.2.3-3f9c2ab 1.2.3-4 1.2.3-4-gabc1234 1.2.3-4-5 1.2.3-dev 1.2.3-dev.1'],
    ['1.9 1.10 1.99999999999999999999 1.100000000000000000000'],
    ['1.0.0 1.0.0.post0 1.0.0.post1 1.0.0.post10'],
    ['2.0.0.M1 2.0.0.RC 2.0.0.RC1 2.0.0.Final'],
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
    ['1.0.0-3f9c2ab', '1.0.0-9876543'],
    ['1.0.0', 'release-1.0.0.Final'],
    ['1.007', '1.7'],
  ])('13: %s and %s say the same', (one, other) => {
    const [a, b] = [parseVersion(one), parseVersion(other)]
    expect(a && b && compareVersions(a, b)).toBe(0)
  })

  it.each(['1.', '-', '1-', 'a', '1a', '0', 'rc1.', '_'])('B20 takes linear time for hostile tags of %j', part => {
    const reading = (times: number) => () => {
      for (let count = 0; count < 10; count++) {
        parseVersion(`1.0.0-${part.repeat(times)}`)
        parseVersion(part.repeat(times))
      }
    }

    const growth = growthOf(reading(2_000), reading(20_000))

    expect(growth).toBeLessThan(30)
  })
})
