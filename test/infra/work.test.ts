import { readFileSync } from 'node:fs'
import type { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { functions, queues, queuesParameter, webhookParameter } from '../../shared/wiring.ts'
import { fullConfig } from './full-config.ts'
import { resourcesOf, synthesize } from './synthesized.ts'

const { state, work, pipeline } = synthesize(fullConfig)
const kept = ['AWS::SQS::Queue', 'AWS::SNS::Topic', 'AWS::Logs::LogGroup'] as const

describe('what a pipeline that is deployed anew finds again', () => {
  it.each(kept)('is each %s, also when its own stack is deleted', type => {
    const policies = resourcesOf(work, type).flatMap(([, one]) => [one.DeletionPolicy, one.UpdateReplacePolicy])

    expect(policies).not.toEqual([])
    expect(new Set(policies)).toEqual(new Set(['Retain']))
    expect(resourcesOf(pipeline, type).filter(([id]) => !id.includes('registrar'))).toEqual([])
  })

  it('is a log for each function, and one of who called', () => {
    expect(resourcesOf(work, 'AWS::Logs::LogGroup')).toHaveLength(Object.keys(functions).length + 1)
  })

  it('is nothing that needs the pipeline itself, which would tie both stacks together', () => {
    for (const template of [work, state])
      expect(JSON.stringify(template.toJSON())).not.toMatch(/Fn::(ImportValue|GetStackOutput)/)
  })

  it('is found by the command', () => {
    const [queueNames] = resourcesOf(work, 'AWS::SSM::Parameter')
    const [address] = resourcesOf(pipeline, 'AWS::SSM::Parameter')

    expect(queueNames?.[1].Properties.Name).toBe(queuesParameter)
    for (const name of Object.keys(queues)) expect(JSON.stringify(queueNames)).toContain(`\\"${name}\\":`)
    // In the stack that had it before: a name that two stacks have at once fails the deploy.
    expect(address?.[1].Properties.Name).toBe(webhookParameter)
  })

  it('lets rules send their dead letters there, of this account alone', () => {
    const policies = resourcesOf(work, 'AWS::SQS::QueuePolicy').filter(([id]) => id.startsWith('ecrimagesrule'))

    expect(JSON.stringify(policies)).toContain('"Service":"events.amazonaws.com"')
    expect(JSON.stringify(policies)).toMatch(/"ArnLike":\{"aws:SourceArn":.*:rule\/\*/)
  })
})

/** What the version before had in the pipeline, by its type. */
const { resources: earlier, imports: earlierImports }: { resources: Record<string, string[]>; imports: string[] } =
  JSON.parse(readFileSync('test/fixtures/earlier-pipeline.json', 'utf8'))

const idsOf = (template: Template, type: string) => resourcesOf(template, type).map(([id]) => id)

describe('an upgrade from a version whose pipeline had it all', () => {
  const { pipeline: upgrading } = synthesize({ ...fullConfig, keepEarlier: true })

  it.each(Object.keys(earlier))('with keepEarlier keeps each %s where it is, by its logical id', type => {
    const missing = earlier[type]?.filter(id => !idsOf(upgrading, type).includes(id))

    expect(missing).toEqual([])
  })

  it.each(['AWS::IAM::Role', 'AWS::Lambda::Function', 'AWS::Lambda::Url', 'AWS::SSM::Parameter'])(
    'without it keeps each %s all the same: others know these by their names',
    type => {
      expect(earlier[type]?.filter(id => !idsOf(pipeline, type).includes(id))).toEqual([])
    },
  )

  it('empties the queues before, and sends nothing more to them', () => {
    const mappings = resourcesOf(upgrading, 'AWS::Lambda::EventSourceMapping')
    const variables = JSON.stringify(
      resourcesOf(upgrading, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties.Environment),
    )

    expect(mappings).toHaveLength(2 * Object.keys(queues).length)
    for (const id of earlier['AWS::SQS::Queue'] ?? []) expect(variables).not.toContain(`{"Ref":"${id}"}`)
  })

  it('keeps the logs before when they leave the template', () => {
    const logs = resourcesOf(upgrading, 'AWS::Logs::LogGroup').filter(([id]) =>
      earlier['AWS::Logs::LogGroup']?.includes(id),
    )

    expect(logs.map(([, { DeletionPolicy }]) => DeletionPolicy)).toEqual(logs.map(() => 'Retain'))
  })

  it('tells of each alarm by both topics', () => {
    const actions = resourcesOf(upgrading, 'AWS::CloudWatch::Alarm').map(
      ([, { Properties }]) => (Properties.AlarmActions as unknown[]).length,
    )

    expect(new Set(actions)).toEqual(new Set([2]))
  })
})

describe('CloudFormation, which refuses what an emulator takes,', () => {
  /** An export that the deployed pipeline imports cannot go: the stack that has it is deployed first. */
  it('finds every export of the state again that the version before imports', () => {
    const exports = Object.values(state.toJSON().Outputs as Record<string, { Export?: { Name: string } }>).map(
      ({ Export }) => Export?.Name,
    )

    for (const name of earlierImports) expect(exports).toContain(name)
  })

  it('takes a setting away without an export of the work that the pipeline still imports', () => {
    const imported = (template: Template) =>
      [...JSON.stringify(template.toJSON()).matchAll(/"Fn::ImportValue":"(ShelflifeWork:[^"]+)"/g)].map(
        ([, name]) => name,
      )
    const less = synthesize({
      settings: {},
      wayIn: { kind: 'function-url' },
      cloudWatch: { dashboard: false, functionAlarms: false },
    })
    const exported = JSON.stringify(less.work.toJSON().Outputs)

    expect(imported(pipeline)).not.toEqual([])
    for (const name of new Set(imported(pipeline))) expect(exported).toContain(`"${name}"`)
  })
})
