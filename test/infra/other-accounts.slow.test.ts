import { App, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import type { ConfigInput } from '../../infra/config.ts'
import { EcrEventForwarding } from '../../infra/constructs/ecr-event-forwarding.ts'
import { included, resourcesMadeBy } from './account-template.ts'
import { type Resource, resourcesOf, type Statement, statementsByRole, synthesize } from './synthesized.ts'

const own = '123456789012'
const other = '210987654321'
const env = { account: own, region: 'eu-west-1' }
const roleArn = `arn:aws:iam::${other}:role/shelflife-ecr-read`
const deleteRoleArn = `arn:aws:iam::${other}:role/shelflife-ecr-delete`
const may: ('read' | 'delete')[] = ['read', 'delete']
const grants = [{ clusters: ['*'], namespaces: ['*'], repositories: ['{namespace}/**'], may }]
const registryOf = (account: string, rest: object = {}) => ({
  host: `${account}.dkr.ecr.eu-west-1.amazonaws.com`,
  provider: 'ecr' as const,
  grants,
  ...rest,
})
const pipelineOf = (...registries: ReturnType<typeof registryOf>[]) =>
  synthesize({ env, settings: { registries } }).pipeline

const ecrActions = (template: Template, role: string) =>
  statementsByRole(template)
    .filter(one => one.role.startsWith(role))
    .flatMap(({ actions }) => actions)
    .filter(action => action.startsWith('ecr:'))

const assumed = (template: Template, role: string) =>
  statementsByRole(template)
    .filter(one => one.role.startsWith(role) && one.actions.includes('sts:AssumeRole'))
    .flatMap(({ resources }) => resources)

describe('a registry of another account with roles', () => {
  const pipeline = pipelineOf(registryOf(other, { roleArn, deleteRoleArn }))

  it('is read and deleted by these alone: no function has rights of its own there', () => {
    expect(['syncrole', 'reconcilerole', 'sweepexecuterole'].flatMap(role => ecrActions(pipeline, role))).toEqual([])
    expect(assumed(pipeline, 'syncrole')).toEqual([roleArn])
    expect(assumed(pipeline, 'reconcilerole')).toEqual([roleArn])
    expect(assumed(pipeline, 'sweepexecuterole')).toEqual([deleteRoleArn])
  })

  it('is deleted from by nobody where no grant lets anybody', () => {
    const reading = pipelineOf(registryOf(other, { roleArn, deleteRoleArn, grants: 'everyone' }))

    expect(assumed(reading, 'sweepexecuterole')).toEqual([])
  })

  it('is not deleted from by the role for reading', () => {
    const reading = pipelineOf(registryOf(other, { roleArn }))

    expect(ecrActions(reading, 'sweepexecuterole')).toEqual([])
    expect(assumed(reading, 'sweepexecuterole')).toEqual([])
  })

  it('leaves the rights in registries of the own account as they are', () => {
    const both = pipelineOf(registryOf(own), registryOf(other, { roleArn, deleteRoleArn }))

    expect(ecrActions(both, 'sweepexecuterole')).toEqual(ecrActions(pipelineOf(registryOf(own)), 'sweepexecuterole'))
    expect(
      JSON.stringify(statementsByRole(both).filter(({ actions }) => actions[0]?.startsWith('ecr:'))),
    ).not.toContain(other)
  })
})

describe('the events of another account', () => {
  it('may be forwarded to the own bus by the accounts of the settings, those of ECR alone', () => {
    const policies = resourcesOf(pipelineOf(registryOf(own), registryOf(other)), 'AWS::Events::EventBusPolicy')

    expect(policies.map(([, { Properties }]) => Properties)).toEqual([
      {
        EventBusName: 'default',
        StatementId: 'shelflife-ecr-events',
        Statement: {
          Effect: 'Allow',
          Principal: { AWS: [`arn:aws:iam::${other}:root`] },
          Action: 'events:PutEvents',
          Resource: `arn:aws:events:eu-west-1:${own}:event-bus/default`,
          Condition: {
            'ForAllValues:StringEquals': {
              'events:source': ['aws.ecr'],
              'events:detail-type': ['ECR Image Action', 'ECR Replication Action', 'ECR Pull Through Cache Action'],
            },
          },
        },
      },
    ])
  })

  it('are none where every registry is of the own account', () => {
    expect(resourcesOf(pipelineOf(registryOf(own)), 'AWS::Events::EventBusPolicy')).toEqual([])
  })

  it('are forwarded alike by the construct and by the template', () => {
    const stack = new Stack(new App(), 'Other')
    new EcrEventForwarding(stack, 'events', { busArn: `arn:aws:events:eu-west-1:${own}:event-bus/default` })
    const patternsOf = (template: Template) =>
      resourcesOf(template, 'AWS::Events::Rule').map(([, { Properties }]) => Properties.EventPattern)

    const byConstruct = Template.fromStack(stack)

    expect(patternsOf(byConstruct)).toEqual(patternsOf(included('infra/accounts/shelflife-ecr.yaml')))
    expect(statementsByRole(byConstruct).map(({ actions }) => actions)).toEqual([['events:PutEvents']])
  })
})

describe('the template for an account with a registry', () => {
  const template = included('infra/accounts/shelflife-ecr.yaml')
  const roles = Object.fromEntries(resourcesOf(template, 'AWS::IAM::Role'))
  const statementsOf = ({ Properties }: Resource) =>
    (Properties.Policies as { PolicyDocument: { Statement: Statement[] } }[]).flatMap(
      ({ PolicyDocument }) => PolicyDocument.Statement,
    )
  const actionsOf = (name: string) =>
    [roles[name]].flatMap(role => (role ? statementsOf(role) : [])).flatMap(({ Action }) => [Action].flat())

  it('gives its roles the rights that functions have in the own account', () => {
    const ours = pipelineOf(registryOf(own))
    const ofReaders = [...ecrActions(ours, 'syncrole'), ...ecrActions(ours, 'reconcilerole')]

    expect(actionsOf('Reader').sort()).toEqual([...new Set(ofReaders)].sort())
    expect(actionsOf('Deleter')).toEqual([...new Set(ecrActions(ours, 'sweepexecuterole'))].sort())
  })

  it('lets the functions assume them that need to, by the names that CloudFormation gives their roles', () => {
    const parameters = template.toJSON().Parameters as Record<string, { Default?: string }>
    const trusted = (parameter: string) =>
      (parameters[parameter]?.Default ?? '').split(',').map(arn => arn.replace(/^.*ShelflifePipeline-(.*)\*$/, '$1'))
    const made = resourcesOf(pipelineOf(registryOf(own)), 'AWS::IAM::Role').map(([id]) => id)
    const found = (parameter: string) => trusted(parameter).map(name => made.filter(id => id.startsWith(name)).length)

    expect(trusted('ReaderRoles')).toEqual(['syncrole', 'reconcilerole'])
    expect(found('ReaderRoles')).toEqual([1, 1])
    expect(found('DeleterRoles')).toEqual([1])
  })

  it('has ECR set no pull time for either', () => {
    const excluded = resourcesOf(template, 'AWS::ECR::PullTimeUpdateExclusion')

    expect(excluded.map(([, { Properties }]) => JSON.stringify(Properties.PrincipalArn))).toEqual([
      expect.stringMatching(/role\$\{RolePath\}shelflife-ecr-read/),
      expect.stringMatching(/role\$\{RolePath\}shelflife-ecr-delete/),
    ])
  })
})

describe('the template for an account with a registry, in each region', () => {
  const template = included('infra/accounts/shelflife-ecr.yaml')
  const made = (parameters: Readonly<Record<string, string>>) =>
    Object.keys(resourcesMadeBy(template, { MayDelete: 'yes', ...parameters }).Resources)

  it('names no role in its list of pull times that no stack of the account makes', () => {
    const [first, further, eventsOnly] = ['yes', 'no', 'events-only'].map(WithRoles => made({ WithRoles }))

    expect(first).toEqual(Object.keys(template.toJSON().Resources))
    expect(further).toEqual(['ReaderSetsNoPullTime', 'DeleterSetsNoPullTime', 'Forwarder', 'Events'])
    expect(eventsOnly).toEqual(['Forwarder', 'Events'])
    expect(made({ WithRoles: 'no', MayDelete: 'no' })).toEqual(['ReaderSetsNoPullTime', 'Forwarder', 'Events'])
  })
})

describe.each(['shelflife-ecr.yaml', 'shelflife-list-role.yaml'])('each role of %s', file => {
  it('has the boundary and the path of the house', () => {
    const template = included(`infra/accounts/${file}`)
    const roles = resourcesOf(template, 'AWS::IAM::Role')
    const policy = expect.stringMatching(/:policy\/\$\{PermissionsBoundary\}$/)

    expect(roles.map(([, { Properties }]) => [Properties.PermissionsBoundary, Properties.Path])).toEqual(
      roles.map(() => [
        { 'Fn::If': ['IsBounded', { 'Fn::Sub': policy }, { Ref: 'AWS::NoValue' }] },
        { 'Fn::If': ['HasPath', { Ref: 'RolePath' }, { Ref: 'AWS::NoValue' }] },
      ]),
    )
    expect(JSON.stringify(template.toJSON())).not.toContain(':role/shelflife-ecr')
  })
})

describe('the template for an account that runs images', () => {
  const template = included('infra/accounts/shelflife-list-role.yaml')
  const [[, lister] = []] = resourcesOf(template, 'AWS::IAM::Role')
  const policies = lister?.Properties.Policies as { PolicyDocument: { Statement: Statement[] } }[] | undefined
  const actions = (policies ?? [])
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(({ Action }) => [Action].flat())
  const sources = (...awsWorkloads: NonNullable<ConfigInput['settings']['awsWorkloads']>) =>
    synthesize({ env, settings: { awsWorkloads } }).pipeline
  const granted = (pipeline: Template, role: string) =>
    statementsByRole(pipeline).filter(one => one.role.startsWith(role) && one.resources.length > 0)

  it('gives its role the rights that functions have in the own account', () => {
    const ours = granted(sources({ name: 'here' }), 'inventoryrole')
      .flatMap(one => one.actions)
      .filter(action => !/^(dynamodb|sqs|secretsmanager|kms|xray|logs|cloudwatch):/.test(action))

    expect(actions).toEqual([...new Set(ours)].sort())
  })

  it('is trusted for the roles that an organization has the functions assume', () => {
    const pipeline = sources({ name: 'org', organization: { regions: ['eu-west-1'] } })
    const named = sources({ name: 'org', organization: { regions: ['eu-west-1'], accounts: [other], roleName: 'a/b' } })
    const byName = template.toJSON().Parameters as Record<string, { Default?: string }>

    expect(assumed(pipeline, 'inventoryrole')).toEqual(['arn:aws:iam::*:role/shelflife-list'])
    expect(assumed(pipeline, 'sweepexecuterole')).toEqual(['arn:aws:iam::*:role/shelflife-list'])
    expect(assumed(named, 'inventoryrole')).toEqual([`arn:aws:iam::${other}:role/a/b`])
    expect(byName.RoleName?.Default).toBe('shelflife-list')
    expect(granted(pipeline, 'inventoryrole').flatMap(one => one.actions)).toContain('organizations:ListAccounts')
  })

  it('has no finding of cdk-nag to explain', () => {
    const settings = { awsWorkloads: [{ name: 'org', organization: { regions: ['eu-west-1'] } }] }

    expect(synthesize({ env, settings }).findings).toEqual([])
  })
})
