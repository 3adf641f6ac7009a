import { describe, expect, it } from 'vitest'
import { createEcrReader } from '../../../../../shared/adapters/registry/ecr/ecr-registry.ts'
import { EcrSession } from '../../../../../shared/adapters/registry/ecr/ecr-session.ts'
import { ociManifest } from '../../../../../shared/adapters/registry/media-types.ts'
import { failureOf } from '../../../../support/failure-of.ts'
import { startScriptedServer } from '../../http/scripted-server.ts'
import { sha256, someDigest } from '../fake-registry.ts'
import { startFakeEcr, useFakeAwsCredentials } from './fake-ecr.ts'

useFakeAwsCredentials()

const pushedAt = new Date('2026-01-01T00:00:00Z')
const pulledAt = new Date('2026-02-01T00:00:00Z')
const seconds = (at: Date) => at.getTime() / 1000

describe('a listing of ECR', () => {
  it('reads every page of a thousand, with digests, times and untagged images', async () => {
    const ecr = await startFakeEcr(({ input }) => ({
      body:
        input.nextToken === undefined
          ? {
              imageDetails: [
                {
                  imageDigest: sha256('a'),
                  imageTags: ['v1', 'stable'],
                  imagePushedAt: seconds(pushedAt),
                  lastRecordedPullTime: seconds(pulledAt),
                },
              ],
              nextToken: 'more',
            }
          : { imageDetails: [{ imageDigest: sha256('b'), imagePushedAt: seconds(pushedAt) }] },
    }))

    const listing = await createEcrReader(ecr.options).listRepository('team/app')

    expect(listing).toEqual({
      tags: [
        { tag: 'v1', digest: sha256('a'), pushedAt, pulledAt },
        { tag: 'stable', digest: sha256('a'), pushedAt, pulledAt },
      ],
      untagged: [{ digest: sha256('b'), pushedAt }],
    })
    expect(ecr.calls[0]?.input).toEqual({
      registryId: '123456789012',
      repositoryName: 'team/app',
      maxResults: 1000,
      filter: { imageStatus: 'ANY' },
    })
  })

  it('F21 whose page token comes back for ever is refused', async () => {
    const ecr = await startFakeEcr(() => ({ body: { imageDetails: [], nextToken: 'again' } }))

    const failure = await failureOf(createEcrReader(ecr.options).listRepository('team/app'))

    expect(failure).toMatchObject({ name: 'InvalidInputError' })
    expect(ecr.calls).toHaveLength(2)
  })

  it('I18 that fails on its second page is a throw and no shorter list', async () => {
    const ecr = await startFakeEcr(({ input }) =>
      input.nextToken === undefined
        ? { body: { imageDetails: [], nextToken: 'more' } }
        : { error: 'ServerException', status: 500 },
    )

    expect(await failureOf(createEcrReader(ecr.options).listRepository('team/app'))).toMatchObject({
      name: 'UnavailableError',
    })
  })
})

describe('an error of ECR', () => {
  it.each([
    ['RepositoryNotFoundException', 400, { name: 'NotFoundError' }],
    ['AccessDeniedException', 400, { name: 'AccessDeniedError' }],
    ['UnrecognizedClientException', 400, { name: 'AccessDeniedError' }],
    ['ExpiredTokenException', 400, { name: 'AccessDeniedError' }],
    ['ThrottlingException', 400, { name: 'UnavailableError', kind: 'rate-limited' }],
    ['TooManyRequestsException', 429, { name: 'UnavailableError', kind: 'rate-limited' }],
    ['ServerException', 500, { name: 'UnavailableError', kind: 'server' }],
    ['SomethingNew', 503, { name: 'UnavailableError', kind: 'server' }],
    ['InvalidParameterException', 400, { name: 'InvalidInputError' }],
    ['ImageNotFoundException', 400, { name: 'InvalidInputError' }],
  ])('%s is of our families', async (error, status, expected) => {
    const ecr = await startFakeEcr(() => ({ error, status }))

    const failure = await failureOf(createEcrReader(ecr.options).listRepository('team/app'))

    expect(failure).toMatchObject(expected)
  })

  it('F17 is unavailable when nothing listens', async () => {
    const reader = createEcrReader({ host: 'ecr', region: 'eu-west-1', endpoint: 'http://127.0.0.1:1' })

    expect(await failureOf(reader.checkAccess())).toMatchObject({ name: 'UnavailableError', kind: 'network' })
  })
})

describe('a tag of ECR', () => {
  it('is none when ECR says that there is no such image', async () => {
    const ecr = await startFakeEcr(() => ({ error: 'ImageNotFoundException' }))

    expect(await createEcrReader(ecr.options).findTag('team/app', 'v1')).toBeUndefined()
  })

  it('is not none when there is no such repository', async () => {
    const ecr = await startFakeEcr(() => ({ error: 'RepositoryNotFoundException' }))

    expect(await failureOf(createEcrReader(ecr.options).findTag('team/app', 'v1'))).toMatchObject({
      name: 'NotFoundError',
    })
  })
})

describe('whether ECR has a digest', () => {
  it.each([
    ['RepositoryNotFoundException', 'NotFoundError'],
    ['AccessDeniedException', 'AccessDeniedError'],
  ])('is not known from the answer %s', async (error, name) => {
    const ecr = await startFakeEcr(() => ({ error }))

    expect(await failureOf(createEcrReader(ecr.options).hasManifest('team/app', someDigest))).toMatchObject({ name })
  })

  it('is denied when ECR says that there is no such image', async () => {
    const ecr = await startFakeEcr(() => ({ error: 'ImageNotFoundException' }))

    expect(await createEcrReader(ecr.options).hasManifest('team/app', someDigest)).toBe(false)
  })

  it('is asked without a pull, which ECR would take for use', async () => {
    const ecr = await startFakeEcr(() => ({ body: { imageDetails: [{ imageDigest: someDigest }] } }))

    expect(await createEcrReader(ecr.options).hasManifest('team/app', someDigest)).toBe(true)
    expect(ecr.calls.map(call => call.operation)).toEqual(['DescribeImages'])
  })
})

it.each([
  ['ARCHIVED', 'archived'],
  ['ACTIVATING', 'activating'],
])('I32 a listing of ECR says which images are not handed out: %s', async (imageStatus, storage) => {
  const ecr = await startFakeEcr(() => ({
    body: {
      imageDetails: [
        { imageDigest: someDigest, imageTags: ['v1'], imageStatus },
        { imageDigest: sha256('b'), imageStatus: 'ACTIVE' },
        { imageDigest: sha256('c'), imageStatus: 'A_WORD_OF_NEXT_YEAR' },
      ],
    },
  }))
  const unreadable = expect.stringContaining(`archived in ECR (${imageStatus})`)

  expect(await createEcrReader(ecr.options).listRepository('team/app')).toEqual({
    tags: [{ tag: 'v1', digest: someDigest, storage, unreadable }],
    untagged: [{ digest: sha256('b'), storage: 'active' }, { digest: sha256('c') }],
  })
})

it.each([
  ['never pulled', {}, pulledAt],
  ['pulled before', { lastRecordedPullTime: seconds(pushedAt) }, pulledAt],
  ['pulled since', { lastRecordedPullTime: seconds(pulledAt) + 1 }, new Date(pulledAt.getTime() + 1000)],
])('I32 an image of ECR that was restored, and %s, was used then', async (_, detail, used) => {
  const restored = { imageDigest: someDigest, lastActivatedAt: seconds(pulledAt), ...detail }
  const ecr = await startFakeEcr(() => ({ body: { imageDetails: [restored] } }))

  const { untagged } = await createEcrReader(ecr.options).listRepository('team/app')

  expect(untagged).toEqual([{ digest: someDigest, pulledAt: used }])
})

describe('I32 an archived image that is asked for by its tag or digest', () => {
  const found = { body: { imageDetails: [{ imageDigest: someDigest, imageTags: ['v1'], imageStatus: 'ARCHIVED' }] } }

  it('is there, although ECR describes only active ones without a filter', async () => {
    const ecr = await startFakeEcr(({ input }) => (input.filter ? found : { error: 'ImageNotFoundException' }))
    const reader = createEcrReader(ecr.options)

    expect(await reader.findTag('team/app', 'v1')).toBe(someDigest)
    expect(await reader.hasManifest('team/app', someDigest)).toBe(true)
  })

  it('is none where ECR takes no filter with a name, which is no failure', async () => {
    const ecr = await startFakeEcr(({ input }) => ({
      error: input.filter ? 'InvalidParameterException' : 'ImageNotFoundException',
    }))

    expect(await createEcrReader(ecr.options).findTag('team/app', 'v1')).toBeUndefined()
  })
})

it('B28 a listing of ECR tells what has a digest of another algorithm from the rest', async () => {
  const odd = { imageDigest: `sha512:${'a'.repeat(128)}`, imageTags: ['odd'] }
  const ecr = await startFakeEcr(() => ({
    body: { imageDetails: [odd, { imageDigest: someDigest, imageTags: ['v1'] }] },
  }))

  expect(await createEcrReader(ecr.options).listRepository('team/app')).toEqual({
    tags: [{ tag: 'v1', digest: someDigest }],
    untagged: [],
    unreadable: [{ name: 'odd', unreadable: expect.stringContaining('expected a sha256 digest') }],
  })
})

it('B31 referrers of ECR are none where the role may not ask for them', async () => {
  const ecr = await startFakeEcr(({ operation }) =>
    operation === 'ListImageReferrers'
      ? { error: 'AccessDeniedException' }
      : { body: { images: [], failures: [{ failureCode: 'ImageInaccessible' }] } },
  )

  expect(await createEcrReader(ecr.options).listReferrers('team/app', someDigest)).toEqual([])
})

describe('a manifest of ECR', () => {
  const manifest = JSON.stringify({ schemaVersion: 2, config: { digest: someDigest, size: 2 }, layers: [] })

  it('is asked for with all types and read', async () => {
    const ecr = await startFakeEcr(() => ({
      body: { images: [{ imageManifest: manifest, imageManifestMediaType: ociManifest }] },
    }))

    const found = await createEcrReader(ecr.options).findManifest('team/app', sha256(manifest))

    expect(found).toMatchObject({ digest: sha256(manifest), config: someDigest, sizeBytes: 2 })
    expect(ecr.calls[0]?.input.acceptedMediaTypes).toHaveLength(4)
  })

  it('B17 is unreadable when its text hashes to another digest', async () => {
    const ecr = await startFakeEcr(() => ({
      body: { images: [{ imageManifest: manifest, imageManifestMediaType: ociManifest }] },
    }))

    expect(await createEcrReader(ecr.options).findManifest('team/app', someDigest)).toEqual({
      digest: someDigest,
      unreadable: expect.stringContaining(`expected a body that hashes to ${someDigest}`),
    })
  })

  it.each([
    ['ImageNotFound', undefined],
    ['ImageInaccessible', { unreadable: expect.stringContaining('archived in ECR') }],
    ['KmsError', { unreadable: expect.stringContaining('KmsError') }],
    ['UpstreamAccessDenied', { unreadable: expect.stringContaining('UpstreamAccessDenied') }],
    ['ACodeOfNextYear', { unreadable: expect.stringContaining('ACodeOfNextYear') }],
    ['UpstreamUnavailable', { name: 'UnavailableError' }],
  ])('F22 whose answer is a success with the failure %s is read as such', async (failureCode, expected) => {
    const ecr = await startFakeEcr(() => ({ body: { images: [], failures: [{ failureCode }] } }))

    const outcome = await createEcrReader(ecr.options)
      .findManifest('team/app', someDigest)
      .catch(error => error)

    if (expected === undefined) expect(outcome).toBeUndefined()
    else expect(outcome).toMatchObject(expected)
  })
})

describe('a config of ECR', () => {
  const config = '{"os":"linux","architecture":"arm64"}'

  it('is fetched where ECR says, without credentials', async () => {
    const storage = await startScriptedServer((_request, response) => response.end(config))
    const ecr = await startFakeEcr(() => ({ body: { downloadUrl: `${storage.url}/layer?X-Amz-Signature=1` } }))

    const found = await createEcrReader(ecr.options).findConfig('team/app', sha256(config))

    expect(found).toEqual({ os: 'linux', architecture: 'arm64' })
    expect(storage.requests[0]?.headers.authorization).toBeUndefined()
  })

  it('is none when ECR has no such layer', async () => {
    const ecr = await startFakeEcr(() => ({ error: 'LayersNotFoundException' }))

    expect(await createEcrReader(ecr.options).findConfig('team/app', someDigest)).toBeUndefined()
  })

  it('is none where its store cannot be resolved', async () => {
    const ecr = await startFakeEcr(() => ({ body: { downloadUrl: 'https://store.invalid/layer' } }))

    expect(await createEcrReader(ecr.options).findConfig('team/app', someDigest)).toBeUndefined()
  })
})

it('asks for archived referrers too, fifty a page', async () => {
  const archived = { digest: sha256('sbom'), mediaType: 'a/b', size: 1, artifactStatus: 'ARCHIVED' }
  const ecr = await startFakeEcr(() => ({ body: { referrers: [archived] } }))

  const options = { hasReferrersTag: false }
  const referrers = await createEcrReader(ecr.options).listReferrers('team/app', someDigest, options)

  expect(referrers).toEqual([{ digest: sha256('sbom'), mediaType: 'a/b' }])
  expect(ecr.calls[0]?.input).toMatchObject({ maxResults: 50, filter: { artifactStatus: 'ANY' } })
})

it.each(['AccessDeniedException', 'ImageNotFoundException'])(
  'B31 referrers of ECR are not fewer for a second page that answers %s',
  async error => {
    const ecr = await startFakeEcr(({ input }) =>
      input.nextToken ? { error } : { body: { referrers: [{ digest: sha256('a') }], nextToken: 'two' } },
    )

    const reading = createEcrReader(ecr.options).listReferrers('team/app', someDigest, { hasReferrersTag: false })

    expect(await failureOf(reading)).toMatchObject({ message: expect.stringContaining(error) })
  },
)

it('gives the referrers of the API, all pages, and of the tag', async () => {
  const index = JSON.stringify({ schemaVersion: 2, manifests: [{ digest: sha256('tag'), size: 1, mediaType: 'a/b' }] })
  const ecr = await startFakeEcr(({ operation, input }) => {
    if (operation === 'BatchGetImage') return { body: { images: [{ imageManifest: index }] } }
    const referrer = { digest: sha256(String(input.nextToken)), mediaType: 'a/b', artifactType: 'x/y', size: 1 }
    return { body: { referrers: [referrer], ...(input.nextToken === undefined ? { nextToken: 'two' } : {}) } }
  })

  const referrers = await createEcrReader(ecr.options).listReferrers('team/app', someDigest)

  expect(referrers.map(({ digest }) => digest)).toEqual([sha256('undefined'), sha256('two'), sha256('tag')])
})

it('the API of a host of FIPS is that of FIPS', async () => {
  const endpointOf = async (host: string) => {
    const { client } = new EcrSession({ host })
    return (
      await client.config.endpointProvider({ Region: 'us-east-1', UseFIPS: await client.config.useFipsEndpoint() })
    ).url.host
  }

  expect(await endpointOf('123456789012.dkr.ecr-fips.us-east-1.amazonaws.com')).toBe(
    'api.ecr-fips.us-east-1.amazonaws.com',
  )
  expect(await endpointOf('123456789012.dkr.ecr.us-east-1.amazonaws.com')).toBe('api.ecr.us-east-1.amazonaws.com')
})
