import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { onTestFinished, vi } from 'vitest'
import { loadIdentity } from '../../../../cli/embedded/kubernetes/certificates.ts'
import { startScriptedServer } from '../http/scripted-server.ts'
import { answerJson, type ReceivedCall } from './scripted-api.ts'
import { type KnownKey, principalOf } from './token-check.ts'

export const account = '123456789012'
export const roleArn = (name: string) => `arn:aws:iam::${account}:role/${name}`
const sessionArn = (role: string) => `arn:aws:sts::${account}:assumed-role/${role}/shelflife`

export interface FakeEks {
  /** Which Kubernetes groups the access entry of a role gives, by the ARN of its sessions. */
  readonly entries: Map<string, readonly string[]>
  readonly keys: Map<string, KnownKey>
  /** What EKS tells of the cluster. */
  description: Record<string, unknown>
  /** An error of AWS, by operation, in the place of its answer. */
  readonly errors: Map<string, { readonly name: string; readonly status: number }>
  /** The clock of AWS and the API server. */
  now: () => Date
  /** Operations of AWS, in order, with the key that signed each. */
  readonly asked: string[]
  /** Tokens that the API server was shown, in order. */
  readonly tokens: string[]
  /** Answers who has one of the groups. */
  answer: (call: ReceivedCall, response: ServerResponse) => void
  readonly url: string
  readonly authority: string
}

/** EKS and STS of one account, and the API server of its one cluster `prod`, where the clients of this test find them. */
export async function startFakeEks(): Promise<FakeEks> {
  const folder = mkdtempSync(join(tmpdir(), 'shelflife-eks-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const identity = await loadIdentity(join(folder, 'identity'))
  const server = createServer({ cert: identity.certificate, key: identity.key }, (request, response) => {
    response.setHeader('date', fake.now().toUTCString())
    answerOfServer(fake, request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close().closeAllConnections())
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const fake: FakeEks = {
    entries: new Map([[sessionArn('reader'), ['shelflife']]]),
    keys: new Map([['OWN', { secret: 'own', arn: `arn:aws:iam::${account}:user/own` }]]),
    description: {
      name: 'prod',
      status: 'ACTIVE',
      endpoint: url,
      certificateAuthority: { data: Buffer.from(identity.authority).toString('base64') },
      resourcesVpcConfig: { endpointPublicAccess: true },
    },
    errors: new Map(),
    now: () => new Date(),
    asked: [],
    tokens: [],
    answer: (_, response) => answerJson(response, 404, { reason: 'NotFound' }),
    url,
    authority: identity.authority,
  }
  const aws = await startScriptedServer((request, response) => void answerOfAws(fake, request, response))
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url)
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'OWN')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'own')
  vi.stubEnv('AWS_SESSION_TOKEN', undefined)
  vi.stubEnv('AWS_PROFILE', undefined)
  onTestFinished(() => void vi.unstubAllEnvs())
  return fake
}

/** 401 for a token that is nobody's, or of somebody without an access entry; 403 for one in none of the groups. */
async function answerOfServer(fake: FakeEks, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request)
  const token = request.headers.authorization?.replace(/^Bearer /, '') ?? ''
  fake.tokens.push(token)
  const host = 'sts.eu-west-1.amazonaws.com'
  const principal = principalOf(token, { clusterName: 'prod', host, keys: fake.keys, now: fake.now() })
  const groups = principal === undefined ? undefined : fake.entries.get(principal)
  if (groups === undefined) return answerJson(response, 401, { kind: 'Status', reason: 'Unauthorized' })
  if (!groups.some(group => group.startsWith('shelflife')))
    return answerJson(response, 403, { kind: 'Status', reason: 'Forbidden' })
  fake.answer({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body }, response)
}

async function answerOfAws(fake: FakeEks, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = new URLSearchParams(await text(request))
  const key = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  const operation = form.get('Action') ?? 'DescribeCluster'
  fake.asked.push(`${key} ${operation}`)
  const error = fake.errors.get(operation)
  if (error && operation === 'DescribeCluster') {
    response.setHeader('x-amzn-errortype', error.name)
    return answerJson(response, error.status, { message: 'no' })
  }
  if (operation === 'DescribeCluster') return answerJson(response, 200, { cluster: fake.description })
  const xml = error
    ? `<ErrorResponse><Error><Type>Sender</Type><Code>${error.name}</Code><Message>no</Message></Error></ErrorResponse>`
    : answerOfSts(fake, operation, key, form.get('RoleArn') ?? '')
  response.writeHead(error?.status ?? 200, { 'content-type': 'text/xml' }).end(xml)
}

function answerOfSts({ keys, now }: FakeEks, operation: string, key: string, role: string): string {
  const answer = (inner: string) =>
    `<${operation}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${operation}Result>${inner}</${operation}Result></${operation}Response>`
  if (operation === 'GetCallerIdentity') return answer(`<Arn>${keys.get(key)?.arn}</Arn>`)
  const name = role.split('/').at(-1) ?? ''
  const session = { secret: `secret of ${name}`, sessionToken: `token+of/${name}==`, arn: sessionArn(name) }
  keys.set(`ROLE-${name}`, session)
  const expiration = new Date(now().getTime() + 60 * 60_000).toISOString()
  return answer(
    `<Credentials><AccessKeyId>ROLE-${name}</AccessKeyId><SecretAccessKey>${session.secret}</SecretAccessKey><SessionToken>${session.sessionToken}</SessionToken><Expiration>${expiration}</Expiration></Credentials>`,
  )
}
