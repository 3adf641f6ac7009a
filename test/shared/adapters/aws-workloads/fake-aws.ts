import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { vi } from 'vitest'
import { startScriptedServer } from '../http/scripted-server.ts'
import type { AwsAnswer } from './aws-answer.ts'
import { agentCoreCallOf, FakeAgentCore } from './fake-agent-core.ts'
import { FakeAppRunner } from './fake-app-runner.ts'
import { FakeBatch } from './fake-batch.ts'
import { FakeCodeBuild } from './fake-codebuild.ts'
import { FakeEcs } from './fake-ecs.ts'
import { emrCallOf, FakeEmrServerless } from './fake-emr-serverless.ts'
import { FakeLambda } from './fake-lambda.ts'
import { FakeOrganizations } from './fake-organizations.ts'
import { FakeSageMaker } from './fake-sagemaker.ts'

export interface AwsCall {
  /** `ecs`, `sagemaker`; empty where its operations say it. */
  readonly service: string
  /** `ListTasks`, `GetFunction`, `AssumeRole`. */
  readonly operation: string
  /** What it names: the body of ECS, the query of Lambda with the function's name, the form of STS. */
  readonly input: Readonly<Record<string, unknown>>
  /** Whose credentials signed it. */
  readonly accessKey: string
}

export interface FakeAws {
  readonly lambda: FakeLambda
  readonly ecs: FakeEcs
  readonly organization: FakeOrganizations
  readonly appRunner: FakeAppRunner
  readonly batch: FakeBatch
  readonly codeBuild: FakeCodeBuild
  readonly sageMaker: FakeSageMaker
  readonly emrServerless: FakeEmrServerless
  readonly agentCore: FakeAgentCore
  readonly calls: readonly AwsCall[]
  /** How often each operation was called. */
  readonly count: (operation: string) => number
  /** How often it was answered to its end. */
  readonly answered: (operation: string) => number
  /** Answers in the place of AWS, where it has an answer. */
  answer: (call: AwsCall) => AwsAnswer | undefined | Promise<AwsAnswer | undefined>
}

/** Lambda, ECS and STS of one account on loopback, where the clients of this test find them. */
export async function startFakeAws(): Promise<FakeAws> {
  const calls: AwsCall[] = []
  const done: string[] = []
  const lambda = new FakeLambda()
  const ecs = new FakeEcs()
  const others = {
    organization: new FakeOrganizations(),
    appRunner: new FakeAppRunner(),
    batch: new FakeBatch(),
    codeBuild: new FakeCodeBuild(),
    sageMaker: new FakeSageMaker(),
    emrServerless: new FakeEmrServerless(),
    agentCore: new FakeAgentCore(),
  }
  const aws: FakeAws = {
    lambda,
    ecs,
    ...others,
    calls,
    count: operation => calls.filter(call => call.operation === operation).length,
    answered: operation => done.filter(one => one === operation).length,
    answer: () => undefined,
  }
  const server = await startScriptedServer(async (request, response) => {
    const call = await readCall(request)
    calls.push(call)
    const { status, error, message, body } = (await aws.answer(call)) ?? answerOf(call, aws)
    response.writeHead(status ?? (error ? 400 : 200), {
      'content-type': typeof body === 'string' ? 'text/xml' : 'application/json',
      ...(error && { 'x-amzn-errortype': error }),
    })
    response.on('close', () => done.push(call.operation))
    response.end(typeof body === 'string' ? body : JSON.stringify(error ? { __type: error, message } : (body ?? {})))
  })
  vi.stubEnv('AWS_ENDPOINT_URL', server.url)
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  return aws
}

async function readCall(request: IncomingMessage): Promise<AwsCall> {
  const accessKey = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  const body = await text(request)
  const target = request.headers['x-amz-target']
  if (typeof target === 'string')
    return { service: serviceOf(target), operation: target.split('.').at(-1) ?? '', input: JSON.parse(body), accessKey }
  const url = new URL(request.url ?? '/', 'http://aws')
  const ofEmr = emrCallOf(url)
  if (ofEmr) return { service: 'emr-serverless', ...ofEmr, accessKey }
  const ofAgents = agentCoreCallOf(url)
  if (ofAgents) return { service: 'bedrock-agentcore', ...ofAgents, accessKey }
  if (request.method === 'POST' && request.url?.startsWith('/v1/'))
    return { service: 'batch', operation: request.url.slice('/v1/'.length), input: JSON.parse(body), accessKey }
  if (request.method === 'POST') {
    const form = Object.fromEntries(new URLSearchParams(body))
    return { service: '', operation: form.Action ?? '', input: form, accessKey }
  }
  const { pathname, searchParams } = url
  const [name] = /(?<=\/functions\/)[^/]+/.exec(pathname) ?? []
  const input = { ...Object.fromEntries(searchParams), ...(name && { name: decodeURIComponent(name) }) }
  return { service: '', operation: name ? 'GetFunction' : 'ListFunctions', input, accessKey }
}

/** Both ECS and App Runner have services. */
const serviceOf = (target: string): string => /^(AppRunner|CodeBuild|SageMaker)/.exec(target)?.[1]?.toLowerCase() ?? ''

function answerOf({ service, operation, input }: AwsCall, aws: FakeAws): AwsAnswer {
  const { lambda, ecs, organization } = aws
  if (service === 'apprunner') return aws.appRunner.answer(operation, input)
  if (service === 'batch') return aws.batch.answer(operation, input)
  if (service === 'codebuild') return aws.codeBuild.answer(operation, input)
  if (service === 'sagemaker') return aws.sageMaker.answer(operation, input)
  if (service === 'emr-serverless') return aws.emrServerless.answer(operation, input)
  if (service === 'bedrock-agentcore') return aws.agentCore.answer(operation, input)
  if (operation === 'ListFunctions') return lambda.list(new URLSearchParams(input as Record<string, string>))
  if (operation === 'GetFunction') return lambda.get(String(input.name), String(input.Qualifier))
  if (/^List(Accounts|OrganizationalUnits)/.test(operation)) return organization.answer(operation, input)
  return operation === 'AssumeRole' ? { body: session } : ecs.answer(operation, input)
}

/** The access key that the calls of an assumed role are signed with. */
export const sessionKey = 'ASIAEXAMPLE'
const session = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>${sessionKey}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
<Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`
