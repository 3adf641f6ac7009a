import type { Image } from '../../../../shared/domain/image.ts'
import type { RetentionPolicy } from '../../../../shared/domain/policy/policy.ts'
import { atOnce, type Case, checkCases, digestNamed, inOrder, newest, tagCase, untagged } from './case.ts'
import { imageOf, usageOf } from './retention-world.ts'

const oneKept = (name: string, images: readonly Image[], kept: string): Case => tagCase(name, images, newest(1), kept)

const dates = '20260101 20260102 20260103 20260104 20260105 20260106'
const minio = 'RELEASE.2024-01-08T00-00-00Z RELEASE.2025-01-08T00-00-00Z RELEASE.2026-01-08T00-00-00Z'

/** harbor#10570, #10555, #23549, zot#4233: an upgrade, a copy or a first sync gives everything one time. */
const equalTimes: readonly Case[] = [
  tagCase('13, 15: six dates of one push time', atOnce(dates), newest(3), dates),
  tagCase('13, 15: in any order', atOnce(dates.split(' ').toReversed().join(' ')), newest(3), dates),
  tagCase('13, 15: with push times the later', inOrder(dates), newest(3), '20260104 20260105 20260106'),
  oneKept('13, 15: minio', atOnce(minio), minio),
  oneKept(
    '13: minio with created times',
    atOnce('RELEASE.2026-01-08T00-00-00Z@2026-01-08 RELEASE.2025-01-08T00-00-00Z@2025-01-08'),
    'RELEASE.2026-01-08T00-00-00Z',
  ),
  oneKept(
    '13, 15: five-part trunk tags are other, of one stem',
    atOnce('2026.07.29.04.20-f95b3f7 2026.07.28.04.20-a95b3f7'),
    '2026.07.29.04.20-f95b3f7 2026.07.28.04.20-a95b3f7',
  ),
  oneKept(
    '13, 15: hashes say nothing about time',
    atOnce('1.4.0-3f9c2ab 1.4.0-77d01e2 1.4.0-0c1d2e3'),
    '1.4.0-3f9c2ab 1.4.0-77d01e2 1.4.0-0c1d2e3',
  ),
  oneKept(
    '13, 15: sha- and main- as well',
    atOnce('sha-3f9c2ab sha-77d01e2 main-3f9c2ab main-77d01e2'),
    'sha-3f9c2ab sha-77d01e2 main-3f9c2ab main-77d01e2',
  ),
  oneKept('11, 13: versions have an order without times', atOnce('1.2.3.Final 1.2.4.Final 1.2.5.Final'), '1.2.5.Final'),
]

/** GitVersion#13, helm#11000, rancher#53841. Pushed with the newest first, so that nothing but the text helps. */
const builds: readonly Case[] = [
  oneKept(
    '12: GitVersion',
    inOrder('1.2.3-alpha.1000_Branch.develop.Sha.b682956 1.2.3-alpha.645_Branch.develop.Sha.a682956'),
    '1.2.3-alpha.1000_Branch.develop.Sha.b682956',
  ),
  oneKept(
    '12: a release candidate with its build',
    inOrder('1.2.3-rc.10_build.1 1.2.3-rc.9_build.1'),
    '1.2.3-rc.10_build.1',
  ),
  oneKept('12: rc.9_a and rc.10_a', inOrder('1.2.3-rc.10_a 1.2.3-rc.9_a'), '1.2.3-rc.10_a'),
  oneKept(
    '12: Helm writes _ for +',
    inOrder('1.0.0-100_c1b2c3d4 1.0.0-24_b1b2c3d4 1.0.0-23_a1b2c3d4'),
    '1.0.0-100_c1b2c3d4',
  ),
  oneKept(
    '12: a chart with the commit of its build',
    inOrder('0.1.0-alpha.10_g77d01e2 0.1.0-alpha.9_g3f9c2ab'),
    '0.1.0-alpha.10_g77d01e2',
  ),
  oneKept('12: a hyphen in a build', inOrder('1.2.3_build-5 1.2.2_build-6'), '1.2.3_build-5'),
  oneKept(
    '12: a word that may begin a pre-release ends the build',
    inOrder('108.0.0_up0.25.0-rc.0 107.0.0_up0.24.0'),
    '108.0.0_up0.25.0-rc.0 107.0.0_up0.24.0',
  ),
]

const config = digestNamed('config')
const running = (name: string, workload: string): Case => ({
  name,
  images: [untagged('a', { blobs: [{ digest: config, sizeBytes: 1 }] }), untagged('b')],
  policy: { keepDays: 1 },
  input: { usage: usageOf(workload) },
  kept: '@a',
  rules: { '@a': 'in-use' },
})

/** containerd#8408, kubernetes#31621, #115199. */
const configs: readonly Case[] = [
  running('3: imageID sha256:<config>', config),
  running('3: imageID docker://sha256:<config>', `docker://${config}`),
  running('3: imageID name@sha256:<config>', `registry.example.com/app@${config}`),
]

/** Debezium, WildFly, metadata-action; nicotine-plus-docker#79, rotki#12849: previews pushed releases out. */
const prefixed: readonly Case[] = [
  tagCase(
    '11, 14: release- beside sha-',
    inOrder('release-1.2.0 release-1.3.0 sha-3f9c2ab sha-77d01e2 sha-0c1d2e3'),
    newest(3),
    'release-1.2.0 release-1.3.0 sha-3f9c2ab sha-77d01e2 sha-0c1d2e3',
  ),
  oneKept(
    '11, 14: .Final beside sha-',
    inOrder('1.9.7.Final 1.9.6.Final sha-3f9c2ab sha-77d01e2'),
    '1.9.7.Final sha-77d01e2',
  ),
  oneKept('11: V1.2.3 and 1.2.3.post1', inOrder('1.2.3.post1 V1.2.3 1.2.2.RELEASE'), '1.2.3.post1'),
]

const counter = (of: string): Case =>
  oneKept(
    `12: ${of}`,
    inOrder(`${of.replace('N', '126')} ${of.replace('N', '99')} ${of.replace('N', '9')}`),
    of.replace('N', '126'),
  )

/** GitVersion, docker-wireguard#333, helm-controller#1099, EKS, k3s. */
const counters: readonly Case[] = [
  ...[
    '1.4.0-feature-login.N',
    '1.4.0-develop.N',
    'v1.0.20210914-lsN',
    '104.1.1_up57.0.3-rancher.N',
    'v1.28.5-eksbuild.N',
    'v1.29.1-k3sN',
    'v1.29.1-rke2rN',
    '15.3.0-debian-12-rN',
    '1.4.0-alpine-buildN',
  ].map(counter),
  oneKept(
    '12: PullRequest17.6 is a line of its own',
    inOrder('1.4.0-PullRequest17.6 1.4.0-PullRequest18.1'),
    '1.4.0-PullRequest17.6 1.4.0-PullRequest18.1',
  ),
  oneKept(
    '12: and never costs a release its place',
    inOrder('1.3.0 1.4.0-feature-login.1 1.4.0-feature-login.2 1.4.0-feature-login.3'),
    '1.3.0 1.4.0-feature-login.3',
  ),
  oneKept(
    '12: distributions are variants',
    inOrder('3.12.0-alpine3.18 3.12.1-alpine3.19'),
    '3.12.0-alpine3.18 3.12.1-alpine3.19',
  ),
]

/** argocd-image-updater#375, #736. */
const spellings: readonly Case[] = [
  oneKept('13: 1.11 and 1.11.0 by push', inOrder('1.11.0 1.11'), '1.11'),
  oneKept('13, 15: both where nothing tells', atOnce('1.11.0 1.11'), '1.11.0 1.11'),
  tagCase('15: two digests of one version take two places', inOrder('1.10 1.11.0 1.11'), newest(2), '1.11.0 1.11'),
]

const policy: Partial<RetentionPolicy> = newest(2)

/** One short hash of git in 27 has no letter. */
const digitHashes: readonly Case[] = [
  tagCase(
    '11: old hashes of digits do not outrank what is new',
    inOrder('1.4.0-1234567 1.4.0-9876543 1.4.0-3f9c2ab 1.4.0-77d01e2 1.4.0-0c1d2e3'),
    policy,
    '1.4.0-77d01e2 1.4.0-0c1d2e3',
  ),
  oneKept('11, 12: git describe with such a hash', inOrder('v1.2.3-4-g1234567 v1.2.3-3-gabc1234'), 'v1.2.3-4-g1234567'),
  oneKept('11: letters alone are a variant, and stay', inOrder('1.4.0-deadbee 1.5.0'), '1.4.0-deadbee 1.5.0'),
  {
    name: '11, 13: swapped digests change no tag',
    images: [
      imageOf('1.4.0-1234567', { digest: digestNamed('b') }),
      imageOf('1.4.0-3f9c2ab', { digest: digestNamed('a') }),
    ],
    policy: newest(1),
    kept: '1.4.0-1234567 1.4.0-3f9c2ab',
  },
]

checkCases('01 equal push times', equalTimes)
checkCases('02 builds behind pre-releases', builds)
checkCases('04 config digests', configs)
checkCases('06 prefixes and suffixes', prefixed)
checkCases('07 counters', counters)
checkCases('10 two spellings', spellings)
checkCases('19 hashes of digits', digitHashes)
