import { STSClient } from '@aws-sdk/client-sts'
import { describe, expect, it } from 'vitest'
import { createEksToken } from '../../../../shared/adapters/cluster/eks-token.ts'
import { principalOf, questionOf } from './token-check.ts'

const now = new Date('2026-11-28T12:00:00Z')
const key = { accessKeyId: 'KEY', secretAccessKey: 'secret' }
const clientIn = (region: string, credentials: object = key) =>
  new STSClient({ region, credentials: { ...key, ...credentials } })

describe('a token of EKS', () => {
  it.each([
    ['eu-west-1', 'sts.eu-west-1.amazonaws.com'],
    ['us-east-1', 'sts.us-east-1.amazonaws.com'],
    ['cn-north-1', 'sts.cn-north-1.amazonaws.com.cn'],
    ['us-gov-west-1', 'sts.us-gov-west-1.amazonaws.com'],
  ])('is a question to STS of its region and partition: %s', async (region, host) => {
    const { text } = await createEksToken('prod', clientIn(region), now)

    const { protocol, host: asked, pathname, searchParams } = questionOf(text)
    expect([protocol, asked, pathname]).toEqual(['https:', host, '/'])
    expect(Object.fromEntries(searchParams)).toMatchObject({
      Action: 'GetCallerIdentity',
      'X-Amz-Date': '20261128T120000Z',
      'X-Amz-Expires': '60',
      'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
    })
  })

  it('is good for its cluster alone', async () => {
    const session = { secret: 'secret', sessionToken: 'a+b/c==', arn: 'arn:of:it' }
    const { text } = await createEksToken('prod', clientIn('eu-west-1', { sessionToken: 'a+b/c==' }), now)

    const check = (clusterName: string) =>
      principalOf(text, { clusterName, host: 'sts.eu-west-1.amazonaws.com', keys: new Map([['KEY', session]]), now })

    expect([check('prod'), check('stage')]).toEqual(['arn:of:it', undefined])
  })

  it('is renewed after ten minutes, and before the credentials end that signed it', async () => {
    const expiration = new Date('2026-11-28T12:06:00Z')

    const tokens = [
      await createEksToken('prod', clientIn('eu-west-1'), now),
      await createEksToken('prod', clientIn('eu-west-1', { expiration }), now),
    ]

    expect(tokens.map(({ renewAt }) => renewAt.toISOString())).toEqual([
      '2026-11-28T12:10:00.000Z',
      '2026-11-28T12:05:30.000Z',
    ])
  })

  it('asks no endpoint that the environment names', async () => {
    const client = new STSClient({ region: 'eu-west-1', credentials: key, endpoint: 'https://vpce.example.com' })

    const { text } = await createEksToken('prod', client, now)

    expect(questionOf(text).host).toBe('sts.eu-west-1.amazonaws.com')
  })
})
