import { expect, it, vi } from 'vitest'
import { createEcrReader } from '../../../../../shared/adapters/registry/ecr/ecr-registry.ts'
import { EcrCopying } from '../../../../support/ecr/ecr-copying.ts'
import { startScriptedServer } from '../../http/scripted-server.ts'
import { startFakeEcr, useFakeAwsCredentials } from './fake-ecr.ts'

useFakeAwsCredentials()

async function start(rest: { readonly host?: string; readonly region?: string; readonly roleArn?: string } = {}) {
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

it.each([
  ['DescribeRegistry', 'replication', 'caches'],
  ['DescribePullThroughCacheRules', 'caches', 'replication'],
] as const)('one part that fails says so and costs itself: %s', async (operation, failed, read) => {
  const { copying, read: all } = await start()
  copying.failing.add(operation)

  const told = await all()

  expect(told?.[failed]).toEqual({ refused: expect.stringMatching(`^${operation} .* got ServerException$`) })
  expect(told?.[read]).toEqual({ rules: [] })
})

it('a part that the region does not have costs itself', async () => {
  const { copying, read } = await start()
  copying.missing.add('DescribePullThroughCacheRules')
  copying.replicate('210987654321', 'us-east-1')

  expect(await read()).toMatchObject({
    replication: { rules: [{ prefixes: [] }] },
    caches: { refused: expect.stringMatching(/^DescribePullThroughCacheRules .* got UnknownOperationException/) },
  })
})

it('names no right of ECR where the role cannot be assumed', async () => {
  const roleArn = 'arn:aws:iam::123456789012:role/shelflife-read'
  const sts = await startScriptedServer((_, response) => {
    response.writeHead(403, { 'content-type': 'text/xml' })
    response.end(stsDenial)
  })
  vi.stubEnv('AWS_ENDPOINT_URL_STS', sts.url)
  const { read } = await start({ roleArn })

  expect((await read())?.replication).toEqual({
    refused: expect.stringMatching(`^STS AssumeRole ${roleArn}: expected an answer, got AccessDenied`),
  })
})

const stsDenial =
  '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized to perform: sts:AssumeRole</Message></Error><RequestId>1</RequestId></ErrorResponse>'

it.each([
  [
    'of another type',
    [
      { filter: 'prod', filterType: 'PREFIX_MATCH' },
      { filter: '*-prod', filterType: 'WILDCARD' },
    ],
  ],
  ['that says nothing', [{ filterType: 'PREFIX_MATCH' }]],
])('takes a rule with a filter %s for one of all paths', async (_, repositoryFilters) => {
  const { copying, read } = await start()
  copying.replication.push({ destinations: [{ registryId: '210987654321', region: 'us-east-1' }], repositoryFilters })

  expect(await read()).toMatchObject({ replication: { rules: [{ prefixes: [] }] } })
})
