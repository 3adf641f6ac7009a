import { expect, it } from 'vitest'
import { createEcrReader } from '../../../../../shared/adapters/registry/ecr/ecr-registry.ts'
import { AccessDeniedError, NotFoundError, UnavailableError } from '../../../../../shared/errors.ts'
import { failureOf } from '../../../../support/failure-of.ts'
import { type EcrAnswer, startFakeEcr, useFakeAwsCredentials } from './fake-ecr.ts'

useFakeAwsCredentials()

async function readerThatGets(answer: EcrAnswer) {
  const { options, calls } = await startFakeEcr(() => answer)
  return { reader: createEcrReader(options), calls }
}

it('reads the lifecycle policy of a repository as it stands there', async () => {
  const lifecyclePolicyText = '{"rules":[]}'
  const { reader, calls } = await readerThatGets({ body: { lifecyclePolicyText } })

  expect(await reader.findOwnRules?.('team/app')).toEqual({ kind: 'ecr-lifecycle', text: lifecyclePolicyText })
  expect(calls).toMatchObject([
    { operation: 'GetLifecyclePolicy', input: { repositoryName: 'team/app', registryId: '123456789012' } },
  ])
})

it('finds none where the repository has no policy', async () => {
  const { reader } = await readerThatGets({ error: 'LifecyclePolicyNotFoundException' })
  expect(await reader.findOwnRules?.('team/app')).toBeUndefined()
})

it.each([
  ['AccessDeniedException', 400, AccessDeniedError],
  ['RepositoryNotFoundException', 400, NotFoundError],
  ['ServerException', 500, UnavailableError],
] as const)('does not take %s for no policy', async (error, status, family) => {
  const { reader } = await readerThatGets({ error, status })
  expect(await failureOf(Promise.resolve(reader.findOwnRules?.('team/app')))).toBeInstanceOf(family)
})
