import type { Image } from '../../../../shared/domain/image.ts'
import { atOnce, type Case, checkCases, inOrder, newest, tagCase } from './case.ts'
import { daysAgo, imageOf } from './retention-world.ts'

const hex = 'f'.repeat(64)
const oneKept = (name: string, images: readonly Image[], kept: string): Case => tagCase(name, images, newest(1), kept)

const floatingTags =
  'latest stable edge nightly main master develop dev canary lts mainline rolling current next testing prod production ' +
  'preprod pre-prod uat staging stage qa test demo live release'

/** An attached tag whose subject is not there counts as no tag at all, so that keepRecent says nothing of it. */
const kinds: readonly Case[] = [
  oneKept('9: sha256-<hex> alone is attached', inOrder(`a sha256-${hex}`), 'a'),
  oneKept('9: sha256-<hex>.sig is attached', inOrder(`a sha256-${hex}.sig`), 'a'),
  oneKept('9: sha256-<hex> with any ending behind a dot is attached', inOrder(`a sha256-${hex}.x.y-z`), 'a'),
  oneKept('9: with nothing behind the dot it is other', inOrder(`a sha256-${hex}.`), `a sha256-${hex}.`),
  oneKept('9: with anything but a dot behind it it is other', inOrder(`a sha256-${hex}-x`), `a sha256-${hex}-x`),
  oneKept('9: in upper case it is other', inOrder(`a sha256-${'F'.repeat(64)}`), `a sha256-${'F'.repeat(64)}`),
  oneKept('9: with 63 digits it is other', inOrder(`a sha256-${'f'.repeat(63)}`), `a sha256-${'f'.repeat(63)}`),
  oneKept('10: all words that float', inOrder(floatingTags), floatingTags),
  oneKept('10: latest- and stable- with something behind', inOrder('latest-a stable-1.2 a b'), 'latest-a stable-1.2 b'),
  oneKept('10: not with nothing behind', inOrder('latest- stable- b'), 'b'),
  oneKept('10: not in upper case', inOrder('Latest PROD b'), 'b'),
  oneKept('10: not with something in front or behind', inOrder('my-latest prod-eu live. b'), 'b'),
  oneKept(
    '10: a version tag that moved is still a version',
    [imageOf('1.0.0', { retaggedAt: daysAgo(9) }), imageOf('2.0.0')],
    '2.0.0',
  ),
  tagCase(
    '10: other tags that should stay are named in keepTags',
    inOrder('a b'),
    { keepTags: ['a'], keepRecent: 1 },
    'a b',
  ),
]

/** Newest first pushed first, so that an order by push would keep another one. */
const versions: readonly Case[] = [
  oneKept('11: release- is a prefix', inOrder('release-1.4.0 1.3.0'), 'release-1.4.0'),
  oneKept('11: rel- is a prefix', inOrder('rel-1.4.0 1.3.0'), 'rel-1.4.0'),
  oneKept('11: version- is a prefix', inOrder('version-1.4.0 1.3.0'), 'version-1.4.0'),
  oneKept('11: ver- is a prefix', inOrder('ver-1.4.0 1.3.0'), 'ver-1.4.0'),
  oneKept('11: v is one, also behind another', inOrder('release-v1.4.0 v1.3.0 1.2.0'), 'release-v1.4.0'),
  oneKept('11: in upper case as well', inOrder('RELEASE-V1.4.0 V1.3.0 1.2.0'), 'RELEASE-V1.4.0'),
  oneKept('11: no other word is', inOrder('api-1.4.0 1.3.0'), 'api-1.4.0 1.3.0'),
  oneKept('11: missing numbers are 0', inOrder('1.2.0.1 1.2 1.2.0'), '1.2.0.1'),
  oneKept('11: and equal to a 0 that is written', atOnce('1.2 1.2.0 1.2.0.0 v1.2'), '1.2 1.2.0 1.2.0.0 v1.2'),
  oneKept('11: four numbers', inOrder('1.0.0.10 1.0.0.9'), '1.0.0.10'),
  oneKept('11: five are other', inOrder('1.0.0.0.2 1.0.0.0.1 1.0.0'), '1.0.0.0.1 1.0.0'),
  oneKept(
    '11: numbers of any length',
    inOrder('1.100000000000000000000.0 1.99999999999999999999.0'),
    '1.100000000000000000000.0',
  ),
  oneKept('11: zeros in front say nothing', inOrder('1.010.0 1.9.0 1.0010.0'), '1.0010.0'),
  oneKept('11: a lone number of 4 digits is a version', inOrder('2024 9'), '2024'),
  oneKept('11: a lone number of 5 digits is other', inOrder('12345 2 1'), '12345 2'),
  oneKept(
    '11: also behind a v and before a variant',
    inOrder('v12345 12346-alpine 2-alpine 1'),
    'v12345 12346-alpine 2-alpine 1',
  ),
  oneKept('11: a date is other', inOrder('20240108 1.0.0 0.9.0'), '20240108 1.0.0'),
  oneKept('11: .Final, .GA and .RELEASE are ignored', inOrder('1.3.0.Final 1.2.9.GA 1.2.8.RELEASE'), '1.3.0.Final'),
  oneKept('11: and make no difference', atOnce('1.3.0.Final 1.3.0 1.3.0.ga'), '1.3.0.Final 1.3.0 1.3.0.ga'),
  oneKept('11: .finals is other', inOrder('1.3.0.finals 1.2.0'), '1.3.0.finals 1.2.0'),
  oneKept('11: .post is a revision', inOrder('1.0.0.post10 1.0.0.post9 1.0.0'), '1.0.0.post10'),
  oneKept('11, 13: none is below .post0', inOrder('1.0.0.post0 1.0.0'), '1.0.0.post0'),
  oneKept('11: .post without digits is other', inOrder('1.0.0.post 1.0.0'), '1.0.0.post 1.0.0'),
  oneKept('11: a glued pre-release with .post', inOrder('1.0.0rc1.post1 1.0.0rc1'), '1.0.0rc1.post1'),
  oneKept('11: a build is ignored', inOrder('1.2.3_9 1.2.3_8 1.2.2_10'), '1.2.3_8'),
  oneKept('11: builds make no difference', atOnce('1.2.3_a.b_c 1.2.3 1.2.3_9'), '1.2.3_a.b_c 1.2.3 1.2.3_9'),
  oneKept(
    '11: a build before a variant',
    inOrder('17.0.10_7-jre 17.0.9_9-jre 17.0.9_9-jdk'),
    '17.0.10_7-jre 17.0.9_9-jdk',
  ),
  oneKept('11: a build with nothing in it is other', inOrder('1.1.0_ 1.0.0'), '1.1.0_ 1.0.0'),
  oneKept('11: 1.2.x is other', inOrder('1.2.x 1.1.0 1.0.0'), '1.2.x 1.1.0'),
]

/** In each a number would stand above the hash that was pushed later. */
const hashes: readonly Case[] = [
  oneKept('11: a tag that is a hash as a whole is other', inOrder('123b456 124.0.0-rc.1'), '123b456 124.0.0-rc.1'),
  oneKept('11: not one behind a v', inOrder('v123b456 124.0.0-rc.1'), '124.0.0-rc.1'),
  oneKept('11: a hash has 7 digits', inOrder('1.0.0-3f9c2ab 1.0.0-77d01e2'), '1.0.0-77d01e2'),
  oneKept('11: 6 are none, but a variant', inOrder('1.0.0-3f9c2a 1.0.0-77d01e'), '1.0.0-3f9c2a 1.0.0-77d01e'),
  oneKept(
    '11: a hash has 40 digits',
    inOrder(`1.0.0-1${'a'.repeat(39)} 1.0.0-2${'b'.repeat(39)}`),
    `1.0.0-2${'b'.repeat(39)}`,
  ),
  oneKept(
    '11: 41 are none',
    inOrder(`1.0.0-1${'a'.repeat(40)} 1.0.0-2${'b'.repeat(40)}`),
    `1.0.0-1${'a'.repeat(40)} 1.0.0-2${'b'.repeat(40)}`,
  ),
  oneKept('11: g may stand before it', inOrder('1.0.0-g3f9c2ab 1.0.0-77d01e2'), '1.0.0-77d01e2'),
  oneKept('11: upper case as well', inOrder('1.0.0-3F9C2AB 1.0.0-77D01E2'), '1.0.0-77D01E2'),
  oneKept(
    '11: letters alone are none',
    inOrder('1.1.0-deadbee 1.0.0-gabcdefa 1.0.0'),
    '1.1.0-deadbee 1.0.0-gabcdefa 1.0.0',
  ),
  oneKept('11: 7 digits that are no date are a hash', inOrder('1.4.0-9876543 1.4.0-3f9c2ab'), '1.4.0-3f9c2ab'),
  oneKept('11: and none above it either', inOrder('1.4.0-3f9c2ab 1.4.0-1234567'), '1.4.0-1234567'),
  oneKept('11: also with g', inOrder('1.4.0-g9876543 1.4.0-3f9c2ab'), '1.4.0-3f9c2ab'),
  oneKept('11: 6 digits are a number', inOrder('1.4.0-123456 1.4.0-3f9c2ab'), '1.4.0-123456'),
  oneKept('11: a date is a number', inOrder('1.4.0-20240108 1.4.0-3f9c2ab'), '1.4.0-20240108'),
  oneKept('11: also with 2 more digits', inOrder('1.4.0-2024010812 1.4.0-3f9c2ab'), '1.4.0-2024010812'),
  oneKept('11: also with 4', inOrder('1.4.0-202401081230 1.4.0-3f9c2ab'), '1.4.0-202401081230'),
  oneKept('11: also with 6', inOrder('1.4.0-20240108123059 1.4.0-3f9c2ab'), '1.4.0-20240108123059'),
  oneKept('11: not with 3', inOrder('1.4.0-20240108123 1.4.0-3f9c2ab'), '1.4.0-3f9c2ab'),
  oneKept('11: not with 8', inOrder('1.4.0-2024010812305912 1.4.0-3f9c2ab'), '1.4.0-3f9c2ab'),
  oneKept('11: not with g', inOrder('1.4.0-g20240108 1.4.0-3f9c2ab'), '1.4.0-3f9c2ab'),
  oneKept('11: no month 13', inOrder('1.4.0-20241301 1.4.0-3f9c2ab'), '1.4.0-3f9c2ab'),
  oneKept('11: no month 00', inOrder('1.4.0-20240001 1.4.0-3f9c2ab'), '1.4.0-3f9c2ab'),
  oneKept('11: no day 32', inOrder('1.4.0-20240132 1.4.0-3f9c2ab'), '1.4.0-3f9c2ab'),
  oneKept('11: no day 00', inOrder('1.4.0-20240100 1.4.0-3f9c2ab'), '1.4.0-3f9c2ab'),
  oneKept('11: no other century', inOrder('1.4.0-19240108 1.4.0-3f9c2ab'), '1.4.0-3f9c2ab'),
]

checkCases('kinds of tag', kinds)
checkCases('versions', versions)
checkCases('commit hashes', hashes)
