import { describe, expect, it } from 'vitest'
import { createEcrWriter } from '../../../../../shared/adapters/registry/ecr/ecr-writer.ts'
import { UnavailableError } from '../../../../../shared/errors.ts'
import { type EcrAnswer, type EcrCall, startFakeEcr, useFakeAwsCredentials } from './fake-ecr.ts'

useFakeAwsCredentials()

const installation = '123456789012/eu-west-1/prod'
const repositoryArn = 'arn:aws:ecr:eu-west-1:123456789012:repository/team/app'

/** A writer of `installation`, and why it would leave team/app alone where its tags are read like this. */
async function refusing(tagsOf: (call: EcrCall) => EcrAnswer) {
  const fake = await startFakeEcr(call =>
    call.operation === 'DescribeRepositories' ? { body: { repositories: [{ repositoryArn }] } } : tagsOf(call),
  )
  const writer = createEcrWriter(fake.options, installation)
  return { ...fake, writer, refusal: async () => writer.findRefusal?.('team/app', ['v1']) }
}
const tagged = (...tags: [Key: string, Value: string][]): EcrAnswer => ({
  body: { tags: tags.map(([Key, Value]) => ({ Key, Value })) },
})

describe('F47 a repository of ECR', () => {
  it.each([
    ['has no tags', tagged()],
    ['has other tags', tagged(['team', 'app'])],
    ['has the tag of this installation', tagged(['team', 'app'], ['shelflife:installation', installation])],
  ])('is swept where it %s', async (_what, answer) => {
    const { refusal } = await refusing(() => answer)

    expect(await refusal()).toBeUndefined()
  })

  it('is left alone where it has the tag of another installation, which the reason names', async () => {
    const { refusal } = await refusing(() => tagged(['shelflife:installation', '123456789012/eu-west-1/dev']))

    expect(await refusal()).toBe(
      `its repository belongs to installation 123456789012/eu-west-1/dev by its tag shelflife:installation, and this is ${installation}`,
    )
  })

  it('loses neither a tag nor a manifest to another installation', async () => {
    const { writer, calls } = await refusing(() => tagged(['shelflife:installation', '123456789012/eu-west-1/dev']))
    const digest = `sha256:${'a'.repeat(64)}` as const

    const outcomes = [await writer.deleteTag('team/app', 'v1', digest), await writer.deleteManifest('team/app', digest)]

    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['kept', 'kept'])
    expect(calls.map(({ operation }) => operation)).toEqual(['DescribeRepositories', 'ListTagsForResource'])
  })

  it('is left alone where its tags may not be read', async () => {
    const { refusal } = await refusing(() => ({ error: 'AccessDeniedException' }))

    expect(await refusal()).toMatch(/not known whose the repository is: grant ecr:ListTagsForResource/)
  })

  it('is asked for its tags once, however many images go, and again after no answer', async () => {
    let isDown = true
    const { refusal, calls } = await refusing(() => (isDown ? { status: 500, error: 'ServerException' } : tagged()))
    await expect(refusal()).rejects.toThrow(UnavailableError)
    isDown = false

    for (let image = 0; image < 5; image++) expect(await refusal()).toBeUndefined()

    expect(calls.filter(({ operation }) => operation === 'ListTagsForResource')).toHaveLength(2)
  })
})
