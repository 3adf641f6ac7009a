import { describe, expect, it } from 'vitest'
import { createEcrWriter } from '../../../../../shared/adapters/registry/ecr/ecr-writer.ts'
import { ociManifest } from '../../../../../shared/adapters/registry/media-types.ts'
import { hostBudgetOf } from '../../../../../shared/adapters/registry/registry-pool.ts'
import { failureOf } from '../../../../support/failure-of.ts'
import { sha256, someDigest } from '../fake-registry.ts'
import { type EcrAnswer, startFakeEcr, useFakeAwsCredentials } from './fake-ecr.ts'

useFakeAwsCredentials()

let hosts = 0
/** A registry that no other test has spoken to: its budget is its own. */
const freshHost = (): string => `${String(++hosts).padStart(12, '0')}.dkr.ecr.eu-west-1.amazonaws.com`

/** An ECR with one image that has these tags and answers a delete so. */
const ecrWith = (tags: readonly string[], deletion: EcrAnswer) =>
  startFakeEcr(({ operation }) =>
    operation === 'BatchDeleteImage'
      ? deletion
      : { body: { imageDetails: [{ imageDigest: someDigest, imageTags: tags }] } },
  )

const done: EcrAnswer = { body: { imageIds: [{ imageDigest: someDigest, imageTag: 'v1' }], failures: [] } }
const failing = (failureCode: string): EcrAnswer => ({ body: { imageIds: [], failures: [{ failureCode }] } })

describe('the delete of a tag in ECR', () => {
  it('I3 names the tag alone while another is on the digest', async () => {
    const ecr = await ecrWith(['v1', 'v2'], done)

    const deletion = await createEcrWriter(ecr.options).deleteTag('team/app', 'v1', someDigest)

    expect(deletion).toEqual({ outcome: 'deleted', by: 'tag-api' })
    expect(ecr.calls.at(-1)?.input.imageIds).toEqual([{ imageTag: 'v1' }])
  })

  it('keeps the last tag, because the image would go with it', async () => {
    const ecr = await ecrWith(['v1'], done)

    const deletion = await createEcrWriter(ecr.options).deleteTag('team/app', 'v1', someDigest)

    expect(deletion).toEqual({ outcome: 'kept', reason: 'last tag: ECR removes the image with it' })
    expect(ecr.calls.some(({ operation }) => operation === 'BatchDeleteImage')).toBe(false)
  })

  it('names tag and digest of the last tag when the digest may go, so that ECR compares', async () => {
    const ecr = await ecrWith(['v1'], done)
    const writer = createEcrWriter(ecr.options)

    const deletion = await writer.deleteTag('team/app', 'v1', someDigest, { lastTagGoesWithDigest: true })

    expect(deletion).toEqual({ outcome: 'deleted', by: 'tag-api' })
    expect(ecr.calls.at(-1)?.input.imageIds).toEqual([{ imageTag: 'v1', imageDigest: someDigest }])
  })

  it('F12 keeps a tag that has moved', async () => {
    const ecr = await ecrWith(['v1', 'v2'], done)

    const deletion = await createEcrWriter(ecr.options).deleteTag('team/app', 'v1', sha256('before'))

    expect(deletion).toEqual({ outcome: 'kept', reason: `tag moved to ${someDigest}` })
  })

  it.each([
    ['ImageTagDoesNotMatchDigest', { outcome: 'kept', reason: 'tag moved to another digest' }],
    ['ImageNotFound', { outcome: 'absent' }],
    ['ImageReferencedByManifestList', { outcome: 'kept', reason: 'an index refers to the image' }],
  ])('F22 whose answer is a success with the failure %s is no delete', async (failureCode, expected) => {
    const ecr = await ecrWith(['v1', 'v2'], failing(failureCode))

    expect(await createEcrWriter(ecr.options).deleteTag('team/app', 'v1', someDigest)).toEqual(expected)
  })

  it('F22 whose answer says nothing at all is a throw', async () => {
    const ecr = await ecrWith(['v1', 'v2'], { body: { imageIds: [], failures: [] } })

    expect(await failureOf(createEcrWriter(ecr.options).deleteTag('team/app', 'v1', someDigest))).toMatchObject({
      name: 'InvalidInputError',
    })
  })

  it('F12 tells when the tag was taken off another digest after all', async () => {
    const moved = { body: { imageIds: [{ imageDigest: sha256('after'), imageTag: 'v1' }] } }
    const ecr = await ecrWith(['v1', 'v2'], moved)

    const deletion = await createEcrWriter(ecr.options).deleteTag('team/app', 'v1', someDigest)

    expect(deletion).toMatchObject({ outcome: 'kept', reason: expect.stringContaining(sha256('after')) })
  })
})

describe('the delete of a digest in ECR', () => {
  it('is done when ECR no longer describes it', async () => {
    const ecr = await startFakeEcr(({ operation }) =>
      operation === 'BatchDeleteImage' ? done : { error: 'ImageNotFoundException' },
    )

    expect(await createEcrWriter(ecr.options).deleteManifest('team/app', someDigest)).toEqual({ outcome: 'deleted' })
    expect(ecr.calls[0]?.input.imageIds).toEqual([{ imageDigest: someDigest }])
  })

  it('is not done while ECR still describes it', async () => {
    const ecr = await ecrWith([], done)

    expect(await createEcrWriter(ecr.options).deleteManifest('team/app', someDigest)).toMatchObject({ outcome: 'kept' })
  })

  it('F22 is not done while an index refers to it', async () => {
    const ecr = await ecrWith([], failing('ImageReferencedByManifestList'))

    expect(await createEcrWriter(ecr.options).deleteManifest('team/app', someDigest)).toEqual({
      outcome: 'kept',
      reason: 'an index refers to the image',
    })
  })
})

it('I17 no call names more images than ECR takes, however many are deleted at once', async () => {
  const ecr = await startFakeEcr(({ operation }) =>
    operation === 'BatchDeleteImage' ? done : { error: 'ImageNotFoundException' },
  )
  const writer = createEcrWriter({ ...ecr.options, host: freshHost() })

  await Promise.all(Array.from({ length: 250 }, (_, at) => writer.deleteManifest('team/app', sha256(`image ${at}`))))

  const deletions = ecr.calls.filter(({ operation }) => operation === 'BatchDeleteImage')
  expect(deletions).toHaveLength(250)
  expect(Math.max(...deletions.map(({ input }) => (input.imageIds as unknown[]).length))).toBeLessThanOrEqual(100)
})

describe('the budget of an ECR registry', () => {
  it('F16 is cut when ECR throttles', async () => {
    const host = freshHost()
    const ecr = await startFakeEcr(() => ({ error: 'ThrottlingException' }))
    const before = hostBudgetOf(host).limit

    await failureOf(createEcrWriter({ ...ecr.options, host }).deleteManifest('team/app', someDigest))

    expect(hostBudgetOf(host).limit).toBe(before / 2)
  })

  it('F22 is not cut by an answer with failures', async () => {
    const host = freshHost()
    const ecr = await startFakeEcr(() => failing('ImageReferencedByManifestList'))
    const before = hostBudgetOf(host).limit

    await createEcrWriter({ ...ecr.options, host }).deleteManifest('team/app', someDigest)

    expect(hostBudgetOf(host).limit).toBe(before)
  })
})

describe('a manifest put into ECR', () => {
  const bytes = Buffer.from('{"schemaVersion":2}')
  const put = async (answer: EcrAnswer, reference = 'v1') => {
    const ecr = await startFakeEcr(() => answer)
    return createEcrWriter(ecr.options)
      .putManifest('team/app', reference, { mediaType: ociManifest, bytes })
      .catch(error => error)
  }

  it('is there when it was there before', async () => {
    expect(await put({ error: 'ImageAlreadyExistsException' })).toBeUndefined()
  })

  it.each([
    ['LayersNotFoundException', 'InvalidInputError'],
    ['ReferencedImagesNotFoundException', 'InvalidInputError'],
    ['ImageTagAlreadyExistsException', 'ConflictError'],
    ['RepositoryNotFoundException', 'NotFoundError'],
  ])('is refused on %s', async (error, name) => {
    expect(await put({ error })).toMatchObject({ name })
  })

  it('B17 is refused under a digest that is not its own', async () => {
    expect(await put({}, someDigest)).toMatchObject({ name: 'InvalidInputError' })
  })
})

describe('a layer in ECR', () => {
  const has = async (answer: EcrAnswer) => {
    const ecr = await startFakeEcr(() => answer)
    return {
      ecr,
      has: await createEcrWriter(ecr.options)
        .hasBlob('team/app', someDigest)
        .catch(error => error),
    }
  }
  const layer = (layerAvailability: string): EcrAnswer => ({
    body: { layers: [{ layerDigest: someDigest, layerAvailability }], failures: [] },
  })

  it('is asked for by its digest', async () => {
    const { ecr } = await has(layer('AVAILABLE'))

    expect(ecr.calls).toMatchObject([
      { operation: 'BatchCheckLayerAvailability', input: { repositoryName: 'team/app', layerDigests: [someDigest] } },
    ])
  })

  it.each([
    ['AVAILABLE', true],
    ['UNAVAILABLE', false],
    ['ARCHIVED', false],
  ])('that is %s can be pushed against: %s', async (availability, expected) => {
    expect((await has(layer(availability))).has).toBe(expected)
  })

  it('F22 whose answer is a success with a failure is not there', async () => {
    const failures = [{ layerDigest: someDigest, failureCode: 'MissingLayerDigest' }]

    expect((await has({ body: { layers: [], failures } })).has).toBe(false)
  })

  it('of a repository that is not there is an error, and not a layer that is gone', async () => {
    expect((await has({ error: 'RepositoryNotFoundException' })).has).toMatchObject({ name: 'NotFoundError' })
  })
})
