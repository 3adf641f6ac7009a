import { createHash } from 'node:crypto'
import jsonata from 'jsonata'
import { describe, expect, it } from 'vitest'
import { localRules } from '../../cli/embedded/local-transport.ts'
import { messageGroupOf } from '../../shared/domain/message-group.ts'
import { canonicalHost, parseSettings } from '../../shared/settings.ts'
import { parseSyncMessage, whereOf } from '../../shared/sync/parse-message.ts'
import { fullConfig } from './full-config.ts'
import { resourcesOf, synthesize } from './synthesized.ts'

const ours = '123456789012.dkr.ecr.eu-west-1.amazonaws.com'
type Registries = NonNullable<NonNullable<typeof fullConfig.settings>['registries']>
const registryOf = (rest: Partial<Registries[number]> & { host: string }): Registries[number] => ({
  provider: 'ecr',
  region: 'eu-west-1',
  grants: [],
  ...rest,
})

interface State {
  readonly Arguments: { readonly MessageBody: string; readonly MessageGroupId?: string }
  readonly Retry?: readonly { readonly ErrorEquals: readonly string[]; readonly MaxAttempts?: number }[]
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[]
}

interface Machine {
  readonly QueryLanguage: string
  readonly StartAt: string
  readonly States: Readonly<Record<string, State>>
}

/** The state machine of the relay as it is deployed. */
function machineFor(registries: Registries): Machine {
  const settings = { ...fullConfig.settings, registries, webhooks: [] }
  const { pipeline } = synthesize({ ...fullConfig, settings })
  const [first, ...others] = resourcesOf(pipeline, 'AWS::StepFunctions::StateMachine')
  if (!first || others.length > 0)
    throw new Error(`expected one relay, got ${others.length + Number(first !== undefined)}`)
  const parts = (first[1].Properties.DefinitionString as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1]
  return JSON.parse(parts.map(part => (typeof part === 'string' ? part : 'token')).join('')) as Machine
}

/** Evaluates as Step Functions does: JSONata 2.0.6 with `$states` and the function `$hash` that it adds. */
async function evaluate(text: string, input: unknown): Promise<unknown> {
  const expression = jsonata(/^\{%([\s\S]*)%\}$/.exec(text)?.[1] ?? text)
  expression.registerFunction(
    'hash',
    (source: string, algorithm: string) =>
      createHash(algorithm.replace('-', '').toLowerCase()).update(source).digest('hex'),
    '<ss:s>',
  )
  const value = await expression.evaluate({}, { states: { input, errorOutput: { Error: 'e' } } })
  if (value === undefined) throw new Error('States.QueryEvaluationError: no value')
  return value
}

const eventOf = (account: string, region: string, name: string) => ({
  version: '0',
  id: 'e-1',
  'detail-type': 'ECR Image Action',
  source: 'aws.ecr',
  account,
  time: '2026-01-01T00:00:00Z',
  region,
  resources: [],
  detail: { result: 'SUCCESS', 'repository-name': name, 'image-tag': 'v1', 'action-type': 'PUSH' },
})

/** As long as an object can name it; ECR takes one character more. */
const long = `${'a'.repeat(127)}/${'b'.repeat(127)}`
const longest = `${long}b`

const cases: [string, Registries, string, string, string, string][] = [
  ['a commercial region', [registryOf({ host: ours })], '123456789012', 'eu-west-1', 'team/app', ours],
  ['a name of 255 characters', [registryOf({ host: ours })], '123456789012', 'eu-west-1', long, ours],
  [
    'China',
    [registryOf({ host: '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', region: 'cn-north-1' })],
    '123456789012',
    'cn-north-1',
    'team/app',
    '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn',
  ],
  [
    'GovCloud',
    [registryOf({ host: '123456789012.dkr.ecr.us-gov-west-1.amazonaws.com', region: 'us-gov-west-1' })],
    '123456789012',
    'us-gov-west-1',
    long,
    '123456789012.dkr.ecr.us-gov-west-1.amazonaws.com',
  ],
  [
    'a registry that the settings know by another host',
    [registryOf({ host: '123456789012.dkr-ecr.eu-west-1.on.aws', aliases: [ours] })],
    '123456789012',
    'eu-west-1',
    'team/app',
    '123456789012.dkr-ecr.eu-west-1.on.aws',
  ],
  [
    'a registry of IPv6, without the alias',
    [registryOf({ host: '123456789012.dkr-ecr.eu-west-1.on.aws' })],
    '123456789012',
    'eu-west-1',
    'team/app',
    '123456789012.dkr-ecr.eu-west-1.on.aws',
  ],
  [
    'an isolated region',
    [registryOf({ host: '123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov', region: 'us-isob-east-1' })],
    '123456789012',
    'us-isob-east-1',
    'team/app',
    '123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov',
  ],
  [
    'a registry behind a name of one’s own',
    [registryOf({ host: 'images.example.com', endpoint: `https://${ours}` })],
    '123456789012',
    'eu-west-1',
    'team/app',
    'images.example.com',
  ],
]

describe('the message group of an event of ECR', () => {
  it.each(cases)('is that of requests and of what the event asks for: %s', async (...row) => {
    const [, registries, account, region, name, host] = row
    const ecr = machineFor(registries)
    const settings = parseSettings({ registries })
    const event = eventOf(account, region, name)
    const send = ecr.States[ecr.StartAt]?.Arguments

    const group = await evaluate(send?.MessageGroupId ?? '', event)
    const body = await evaluate(send?.MessageBody ?? '', event)

    const task = parseSyncMessage(String(body), spelled => canonicalHost(settings, spelled))
    expect(whereOf(task)).toMatchObject({ registry: host, repository: name })
    expect(group).toBe(messageGroupOf(whereOf(task)))
    expect(String(group)).toMatch(/^[0-9a-f]{32}$/)
    expect(JSON.parse(String(body))).toEqual(event)
  })

  it('is a hash also of a name that is longer than any object can have', async () => {
    const ecr = machineFor([registryOf({ host: ours })])
    const text = ecr.States[ecr.StartAt]?.Arguments.MessageGroupId ?? ''

    const group = await evaluate(text, eventOf('123456789012', 'eu-west-1', longest))

    expect(longest).toHaveLength(256)
    expect(group).toBe(messageGroupOf({ registry: ours, repository: longest }))
  })

  it.each(cases.slice(0, 4))('is the same on one machine: %s', (...row) => {
    const [, , account, region, name, host] = row
    const { input } = localRules().find(rule => rule.name === 'ecr-images')?.target ?? {}

    const made = typeof input === 'function' ? input(eventOf(account, region, name) as Parameters<typeof input>[0]) : {}

    expect(made).toMatchObject({ groupId: messageGroupOf({ registry: host, repository: name }) })
  })
})

describe('an event that cannot be grouped', () => {
  const ecr = machineFor([registryOf({ host: ours })])

  it('goes whole to the queue, not to the dead letters', async () => {
    const event = { ...eventOf('123456789012', 'eu-west-1', 'x'), region: 7 }
    const first = ecr.States[ecr.StartAt]
    await expect(evaluate(first?.Arguments.MessageGroupId ?? '', event)).rejects.toBeDefined()

    const caught = first?.Catch?.find(one => one.ErrorEquals.includes('States.QueryEvaluationError'))
    const next = ecr.States[caught?.Next ?? '']

    expect(first?.Catch?.[0]).toBe(caught)
    expect(first?.Retry?.[0]).toMatchObject({ ErrorEquals: ['States.QueryEvaluationError'], MaxAttempts: 0 })
    expect(next?.Arguments.MessageGroupId).toBe('ungrouped')
    expect(JSON.parse(String(await evaluate(next?.Arguments.MessageBody ?? '', event)))).toEqual(event)
  })

  it('is rendered in JSONata', () => {
    expect(ecr.QueryLanguage).toBe('JSONata')
  })
})
