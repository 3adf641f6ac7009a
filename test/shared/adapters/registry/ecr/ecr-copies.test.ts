import { expect, it } from 'vitest'
import { createEcrReader } from '../../../../../shared/adapters/registry/ecr/ecr-registry.ts'
import { UnavailableError } from '../../../../../shared/errors.ts'
import { EcrCopying } from '../../../../support/ecr/ecr-copying.ts'
import { failureOf } from '../../../../support/failure-of.ts'
import { startFakeEcr, useFakeAwsCredentials } from './fake-ecr.ts'

useFakeAwsCredentials()

async function start(rest: { readonly host?: string; readonly region?: string } = {}) {
  const copying = new EcrCopying()
  const { options, calls } = await startFakeEcr(call => copying.answer(call) ?? { error: 'InvalidParameterException' })
  return { copying, calls, read: () => createEcrReader({ ...options, ...rest }).findCopies?.() }
}

it('reads to which registries what is pushed is replicated, of all paths or by how they begin', async () => {
  const { copying, read } = await start()
  copying.replicate('123456789012', 'eu-central-1')
  copying.replicate('210987654321', 'us-east-1', 'prod', 'team/')

  expect(await read()).toMatchObject({
    place: { account: '123456789012', region: 'eu-west-1' },
    replication: {
      rules: [
        { destinations: [{ account: '123456789012', region: 'eu-central-1' }], prefixes: [] },
        { destinations: [{ account: '210987654321', region: 'us-east-1' }], prefixes: ['prod', 'team/'] },
      ],
    },
  })
})

it('reads every page of the pull-through rules of its own account', async () => {
  const { copying, calls, read } = await start()
  copying.page = 2
  copying.caches.push(
    { ecrRepositoryPrefix: 'docker-hub', upstreamRegistryUrl: 'registry-1.docker.io' },
    { ecrRepositoryPrefix: 'quay/', upstreamRegistryUrl: 'https://quay.io', upstreamRepositoryPrefix: 'ROOT' },
    { ecrRepositoryPrefix: 'ROOT', upstreamRegistryUrl: 'public.ecr.aws' },
  )
  copying.caches.push({
    ecrRepositoryPrefix: 'base',
    upstreamRegistryUrl: '210987654321.dkr.ecr.eu-west-1.amazonaws.com',
    upstreamRepositoryPrefix: 'golden/images',
  })

  expect((await read())?.caches).toEqual({
    rules: [
      { prefix: 'docker-hub', upstream: 'docker.io', upstreamPrefix: '' },
      { prefix: 'quay', upstream: 'quay.io', upstreamPrefix: '' },
      { prefix: '', upstream: 'public.ecr.aws', upstreamPrefix: '' },
      { prefix: 'base', upstream: '210987654321.dkr.ecr.eu-west-1.amazonaws.com', upstreamPrefix: 'golden/images' },
    ],
  })
  expect(calls.filter(({ operation }) => operation === 'DescribePullThroughCacheRules')).toMatchObject([
    { input: { registryId: '123456789012', maxResults: 1000 } },
    { input: { nextToken: '2' } },
  ])
})

it.each([
  ['DescribeRegistry', 'replication', 'caches'],
  ['DescribePullThroughCacheRules', 'caches', 'replication'],
] as const)('names the right to %s where it is missing, and reads the rest', async (operation, refused, read) => {
  const { copying, read: all } = await start()
  copying.denied.add(operation)

  const told = await all()

  expect(told?.[refused]).toEqual({ refused: expect.stringContaining(`grant ecr:${operation}: ${operation} `) })
  expect(told?.[read]).toEqual({ rules: [] })
  expect(told?.place).toEqual({ account: '123456789012', region: 'eu-west-1' })
})

it('takes the answer of another account for none, since DescribeRegistry answers for whoever asks', async () => {
  const { copying, read } = await start()
  copying.account = '999999999999'
  copying.replicate('210987654321', 'us-east-1')

  expect((await read())?.replication).toEqual({
    refused: expect.stringMatching(/to answer for 123456789012, got 999999999999: name a roleArn of that account/),
  })
})

it('learns account and region of a host that says neither', async () => {
  const { read } = await start({ host: 'ecr.internal:4566', region: 'eu-north-1' })
  expect((await read())?.place).toEqual({ account: '123456789012', region: 'eu-north-1' })
})

it('takes no failure for an answer', async () => {
  const { copying, read } = await start()
  copying.failing.add('DescribeRegistry')
  expect(await failureOf(Promise.resolve(read()))).toBeInstanceOf(UnavailableError)
})
