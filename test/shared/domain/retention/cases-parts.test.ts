import type { Image } from '../../../../shared/domain/image.ts'
import { atOnce, type Case, checkCases, inOrder, newest, tagCase } from './case.ts'

const oneKept = (name: string, images: readonly Image[], kept: string): Case => tagCase(name, images, newest(1), kept)

const preReleaseWords =
  'alpha beta rc pre preview dev snapshot nightly canary next ea milestone a b m build ci pr sha git test'.split(' ')
const counterWords = 'rev ls build eksbuild p patch u update hotfix k3s rke2r'.split(' ')

/** A pre-release loses to a higher one; a variant would be counted apart and stay. */
const wordCases = preReleaseWords.flatMap(word => [
  oneKept(`12: ${word} makes a pre-release`, inOrder(`1.0.0-${word} 1.0.1-rc.1`), '1.0.1-rc.1'),
  oneKept(`12: ${word}7 makes a pre-release`, inOrder(`1.0.0-${word}7 1.0.1-rc.1`), '1.0.1-rc.1'),
])

const preReleases: readonly Case[] = [
  oneKept('12: another word does not', inOrder('1.0.0-gamma1 1.0.1-rc.1'), '1.0.0-gamma1 1.0.1-rc.1'),
  oneKept(
    '12: a word with more letters behind its digits does not',
    inOrder('1.0.0-rc1a 1.0.1-rc.1'),
    '1.0.0-rc1a 1.0.1-rc.1',
  ),
  oneKept('12: a number does', inOrder('1.0.0-4 1.0.1-rc.1'), '1.0.1-rc.1'),
  oneKept('12: what stands before the first dot decides', inOrder('1.0.0-dev.20240108.x 1.0.1-rc.1'), '1.0.1-rc.1'),
  oneKept('12: a hash before the first dot as well', inOrder('1.0.0-3f9c2ab.x 1.0.1-rc.1'), '1.0.1-rc.1'),
  oneKept('12: _ begins a build there', inOrder('1.2.3-rc.10_build.1 1.2.3-rc.9_build.2'), '1.2.3-rc.10_build.1'),
  oneKept('12: the build says nothing', inOrder('1.2.3-rc_2 1.2.3-rc_1'), '1.2.3-rc_1'),
  oneKept('12: a number with a build', inOrder('1.0.0-24_b1b2c3d4 1.0.0-23_a1b2c3d4'), '1.0.0-24_b1b2c3d4'),
  oneKept(
    '12: all leading parts make it up',
    inOrder('1.2.3-pr-17-3f9c2ab 1.2.3-pr-16-77d01e2'),
    '1.2.3-pr-17-3f9c2ab',
  ),
  oneKept('12: as git describe writes them', inOrder('1.2.3-12-gdef5678 1.2.3-4-gabc1234'), '1.2.3-12-gdef5678'),
  oneKept('12: a number behind a build belongs to it', inOrder('1.2.3_build-5 1.2.2'), '1.2.3_build-5'),
  oneKept('12: a hash behind a build belongs to it', inOrder('1.2.3_build-77d01e2 1.2.2'), '1.2.3_build-77d01e2'),
  oneKept('12: a number with more behind it as well', inOrder('1.2.3_build-5.x 1.2.2'), '1.2.3_build-5.x'),
  oneKept('12: a word behind a build is a pre-release', inOrder('22_36-ea-jdk 22_30-jdk'), '22_36-ea-jdk 22_30-jdk'),
  oneKept('12: also behind the build of a pre-release', inOrder('1.2.3-rc.1_b-8 1.2.3-rc.1_b-7'), '1.2.3-rc.1_b-7'),
  oneKept(
    '12: rc.1 and rc1 are the same',
    atOnce('1.0.0-rc.1 1.0.0-rc1 1.0.0-rc-1 1.0.0rc1'),
    '1.0.0-rc.1 1.0.0-rc1 1.0.0-rc-1 1.0.0rc1',
  ),
]

const variants: readonly Case[] = [
  oneKept(
    '12: from the first other part on it is the variant',
    inOrder('1.21.0-rc.2-alpine 1.21.0-rc.1-alpine 1.21.0-rc.1'),
    '1.21.0-rc.2-alpine 1.21.0-rc.1',
  ),
  oneKept('12: with what is a pre-release elsewhere', inOrder('1.0.0-x-rc1 1.1.0-x-rc2'), '1.0.0-x-rc1 1.1.0-x-rc2'),
  oneKept('12: with numbers of up to four digits', inOrder('1.1.0-x-1234 1.0.0-x-12'), '1.1.0-x-1234 1.0.0-x-12'),
  oneKept('12: _ is a letter in it', inOrder('1.1.0-my_app 1.0.0-my_app 1.0.0-my_lib'), '1.1.0-my_app 1.0.0-my_lib'),
  oneKept('12: also as its first letter', inOrder('1.1.0-_app 1.0.0-_app 1.0.0'), '1.1.0-_app 1.0.0'),
  oneKept(
    '12: alpine3.18 and alpine3.19 are two',
    inOrder('1.0.0-alpine3.18 1.1.0-alpine3.19'),
    '1.0.0-alpine3.18 1.1.0-alpine3.19',
  ),
  oneKept('12: upper and lower case are one', inOrder('1.1.0-Alpine 1.0.0-alpine'), '1.1.0-Alpine'),
  oneKept(
    '12: a hash inside of it is pre-release',
    inOrder('1.4.0-alpine-3f9c2ab 1.4.0-alpine-77d01e2 1.4.0-alpine'),
    '1.4.0-alpine-77d01e2 1.4.0-alpine',
  ),
  oneKept(
    '12: five digits inside of it as well',
    inOrder('1.4.0-x-12346 1.4.0-x-12345 1.4.0-x'),
    '1.4.0-x-12346 1.4.0-x',
  ),
  oneKept('12: a date there is a number', inOrder('1.4.0-x-20240108 1.4.0-x-3f9c2ab'), '1.4.0-x-20240108'),
  oneKept('12: wherever in it', inOrder('1.4.0-x-3f9c2ab-y 1.4.0-x-y'), '1.4.0-x-3f9c2ab-y 1.4.0-x-y'),
  oneKept('12: and what is left is the variant', inOrder('1.4.0-x-3f9c2ab-y 1.4.1-x-77d01e2-y'), '1.4.1-x-77d01e2-y'),
]

const revisions: readonly Case[] = [
  ...counterWords.map(word =>
    oneKept(
      `12: ${word} with digits is a revision`,
      inOrder(`1.0.0-x-${word}10 1.0.0-x-${word}9`),
      `1.0.0-x-${word}10`,
    ),
  ),
  oneKept('12: r with digits is one', inOrder('15.3.0-debian-12-r10 15.3.0-debian-12-r9'), '15.3.0-debian-12-r10'),
  oneKept('12, 13: of no word of its own, and above none', inOrder('1.0.0-r0 1.0.0'), '1.0.0-r0'),
  oneKept('12, 13: also behind a variant', inOrder('1.0.0-x-r0 1.0.0-x'), '1.0.0-x-r0'),
  oneKept('12: ls stays in the variant', inOrder('1.0.0-ls99 1.0.0'), '1.0.0-ls99 1.0.0'),
  oneKept('12: the word alone is the same variant', inOrder('1.0.0-ls0 1.0.0-ls'), '1.0.0-ls0'),
  oneKept(
    '12: a word, a dot and a number',
    inOrder('1.4.0-feature-login.10 1.4.0-feature-login.9'),
    '1.4.0-feature-login.10',
  ),
  oneKept('12: also with _', inOrder('1.4.0-feature_login.10 1.4.0-feature_login.9'), '1.4.0-feature_login.10'),
  oneKept(
    '12: eksbuild.2 and eksbuild2 are one count',
    inOrder('1.4.0-eksbuild.10 1.4.0-eksbuild9'),
    '1.4.0-eksbuild.10',
  ),
  oneKept(
    '12: a number that is a hash is none',
    inOrder('1.4.0-x.7654321 1.4.0-x.1234567'),
    '1.4.0-x.7654321 1.4.0-x.1234567',
  ),
  oneKept('12: a date is one', inOrder('1.4.0-x.20240109 1.4.0-x.20240108'), '1.4.0-x.20240109'),
  oneKept('12: two numbers are none', inOrder('1.4.0-x.1.2 1.4.0-x.1.1'), '1.4.0-x.1.2 1.4.0-x.1.1'),
  oneKept('12: hashes are taken out before', inOrder('1.0.0-x-r2-3f9c2ab 1.0.0-x-r1-77d01e2'), '1.0.0-x-r2-3f9c2ab'),
  oneKept('12: only the last part is', inOrder('1.0.0-r2-x 1.1.0-r1-x'), '1.0.0-r2-x 1.1.0-r1-x'),
  oneKept('12: r without digits is a variant', inOrder('1.1.0-r 1.0.0'), '1.1.0-r 1.0.0'),
  oneKept('12: a revision behind a pre-release', inOrder('1.0.0-rc.1-r2 1.0.0-rc.1-r1 1.0.0'), '1.0.0-rc.1-r2 1.0.0'),
]

const glued: readonly Case[] = [
  oneKept('12: b2 directly after the numbers', inOrder('3.13.0b10 3.13.0b9 3.13.0a11'), '3.13.0b10'),
  oneKept('12: before a variant', inOrder('1.21rc2-alpine3.18 1.21rc1-alpine3.18 1.21'), '1.21rc2-alpine3.18 1.21'),
  oneKept('12: alpha and beta as well', inOrder('1.0.0beta1 1.0.0alpha2'), '1.0.0beta1'),
  oneKept('12: not without digits', inOrder('1.0.0rc 1.0.1-rc.1'), '1.0.0rc 1.0.1-rc.1'),
  oneKept('12: not another word', inOrder('1.0.0m1 1.0.1-rc.1'), '1.0.0m1 1.0.1-rc.1'),
  oneKept('12: with a dot', inOrder('2.0.0.RC1 2.0.0.M9 2.0.0.CR3 2.0.0.Beta3 2.0.0.Alpha4'), '2.0.0.RC1'),
  oneKept('12: with a dot and without digits', inOrder('2.0.0.SNAPSHOT 2.0.0.RC1'), '2.0.0.SNAPSHOT'),
  oneKept('12: with a dot, but not another word', inOrder('2.0.0.dev1 2.0.0-rc.1'), '2.0.0.dev1 2.0.0-rc.1'),
  oneKept('12: beside its release', inOrder('2.0.0 2.0.0.RC1'), '2.0.0 2.0.0.RC1'),
  oneKept('12: always as word and number, never as hash', inOrder('1.0.0b123457 1.0.0b123456'), '1.0.0b123457'),
  oneKept('12: first in the pre-release', inOrder('1.0.0rc2-4-gabc1234 1.0.0rc1-9-gabc1234'), '1.0.0rc2-4-gabc1234'),
]

/** Each is other, and so is 1.2.x, which was pushed later: where it were a version it would stay. */
const oddTags =
  '1.0.0- 1.0.0-- 1.0.0--x 1.0.0-rc..1 1.0.0-rc.1_ 1.0.0-x_ 1.0.0-.x 1.0.0-x. 1.0.0-rc_.1 1.0.0-rc._1 1.0.0-x..y ' +
  '1.0.0-rc.1_b. 1.0.0-x-_ 1.0.0-_ 1.0.0-_.x 1.0.0-x_.y'
const odd = oddTags.split(' ').map(tag => oneKept(`12: ${tag} is other`, inOrder(`${tag} 1.2.x`), '1.2.x'))

checkCases('words of pre-releases', wordCases)
checkCases('pre-releases', preReleases)
checkCases('variants', variants)
checkCases('revisions', revisions)
checkCases('glued pre-releases', glued)
checkCases('odd parts', odd)
