import { request } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ConfigInput } from '../../../infra/config.ts'
import { fromDistribution } from '../../support/webhook-fixture.ts'
import { callAws } from '../parts/aws-call.ts'
import { type AwsEmulator, startAwsEmulator } from '../parts/aws-emulator.ts'
import { type Deployed, deployInstallation, functionNames, grantBatches, webhookUrlOf } from './aws-world.ts'

const secret = 'only-for-tests'
const name = 'hooks.example.com'
const certificateArn = 'arn:aws:acm:us-east-1:000000000000:certificate/11111111-2222-3333-4444-555555555555'
const vpcEndpointIds = ['vpce-0123456789abcdef0']
let emulator: AwsEmulator
let hostedZoneId: string
const installations: Deployed[] = []

beforeAll(async () => {
  emulator = await startAwsEmulator()
  await callAws(emulator, 'secretsmanager', 'CreateSecret', { Name: 'test/webhook', SecretString: secret })
  const { HostedZone } = await callAws(emulator, 'route53', 'CreateHostedZone', {
    Name: 'example.com',
    CallerReference: 'once',
  })
  hostedZoneId = (HostedZone as { Id: string }).Id.replace('/hostedzone/', '')
}, 60_000)

afterAll(async () => {
  for (const installation of installations) installation.remove()
  await emulator?.stop()
})

async function deploy(wayIn: ConfigInput['wayIn']): Promise<void> {
  const webhooks = [{ provider: 'distribution' as const, registry: 'registry.example.com', secret: 'test/webhook' }]
  const settings = { registries: [{ host: 'registry.example.com' }], webhooks }
  installations.push(await deployInstallation(emulator, { wayIn, settings }))
  await grantBatches(emulator, (await functionNames(emulator))('webhook'))
}

/** The status of a webhook that presents this secret at the domain, as its registry posts it. */
function post(presented: string): Promise<number> {
  const { hostname, port } = new URL(emulator.endpoint)
  const headers = { host: name, authorization: `Bearer ${presented}`, 'Content-Type': 'application/json' }
  return new Promise((resolve, reject) => {
    request({ hostname, port, method: 'POST', path: '/webhook/distribution', headers }, answer => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
      .on('error', reject)
      .end(fromDistribution('{"events":[]}').body)
  })
}

async function apis(): Promise<{ http: string[]; rest: string[] }> {
  const { Items } = await callAws(emulator, 'apigatewayv2', 'GetApis', {})
  const { items } = await callAws(emulator, 'apigateway', 'GetRestApis', {})
  return {
    http: (Items as { ApiId: string; ProtocolType: string }[])
      .filter(one => one.ProtocolType === 'HTTP')
      .map(one => one.ApiId),
    rest: (items as { id: string }[]).map(one => one.id),
  }
}

it('a domain leads to the API of each kind in turn, and none is left behind when it goes', async () => {
  const domain = () => ({ name, certificateArn, hostedZoneId })
  const answers: [string, number, number][] = []
  const seen: Awaited<ReturnType<typeof apis>>[] = []

  for (const kind of ['http-api', 'rest-api', 'http-api'] as const) {
    await deploy({ kind, domain: domain() })
    answers.push([(await webhookUrlOf(emulator)).href, await post(secret), await post('another')])
    seen.push(await apis())
  }
  await deploy({ kind: 'private', vpcEndpointIds })
  const last = await apis()

  expect(answers).toEqual([1, 2, 3].map(() => [`https://${name}`, 202, 401]))
  expect(seen[0]).toMatchObject({ http: [expect.any(String)], rest: [expect.any(String)] })
  expect(seen).toEqual([seen[0], seen[0], seen[0]])
  expect(last).toEqual({ http: [], rest: seen[0]?.rest })
  await expect(callAws(emulator, 'apigatewayv2', 'GetDomainName', { DomainName: name })).rejects.toThrow(
    /not found|NotFound/i,
  )
}, 900_000)
