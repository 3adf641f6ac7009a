import { Match } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import type { ConfigInput } from '../../infra/config.ts'
import { functions } from '../../shared/wiring.ts'
import { resourcesOf, statementsByRole, synthesize } from './synthesized.ts'

type ClusterInput = NonNullable<ConfigInput['settings']['clusters']>[number]

const there = 'arn:aws:iam::210987654321:role/shelflife-there'
const env = { account: '123456789012', region: 'eu-west-1' }
const withClusters = (clusters: ClusterInput[], more: Partial<ConfigInput> = {}) =>
  synthesize({ env, settings: { clusters }, ...more })
const entriesOf = ({ pipeline }: ReturnType<typeof synthesize>) =>
  resourcesOf(pipeline, 'AWS::EKS::AccessEntry').map(([, { Properties }]) => Properties)
const notesOf = ({ warnings }: ReturnType<typeof synthesize>) =>
  warnings.filter(text => text.includes('create-access-entry'))

describe('clusters of EKS', () => {
  const synthesized = withClusters([
    { name: 'prod', eks: { clusterName: 'prod-blue' } },
    { name: 'us', eks: { clusterName: 'us', region: 'us-east-1' } },
    { name: 'shop', eks: { clusterName: 'shop', roleArn: there } },
    { name: 'onprem', kubeconfigSecret: 'kubeconfig/onprem' },
    { name: 'old', eks: { clusterName: 'old' }, drained: true },
  ])

  it('of the account and region of the deploy get an entry for the role that reads and for the one that deletes', () => {
    expect(entriesOf(synthesized)).toEqual([
      expect.objectContaining({ ClusterName: 'prod-blue', KubernetesGroups: ['shelflife'] }),
      expect.objectContaining({ ClusterName: 'prod-blue', KubernetesGroups: ['shelflife-executor'] }),
    ])
    const [reader, executor] = entriesOf(synthesized).map(({ PrincipalArn }) => JSON.stringify(PrincipalArn))
    expect(reader).toContain('reader')
    expect(executor).toContain('executor')
  })

  it('of other accounts and regions are named with their commands', () => {
    const [note = ''] = notesOf(synthesized)

    expect(note).toContain('aws eks create-access-entry --region us-east-1 --cluster-name us --principal-arn $(aws ')
    expect(note).toContain(
      `--cluster-name shop --principal-arn ${there} --kubernetes-groups shelflife shelflife-executor`,
    )
    expect(note).not.toMatch(/prod-blue|old/)
  })

  it('are described by the roles of the installation alone, and by no wildcard', () => {
    const describing = statementsByRole(synthesized.pipeline).filter(({ actions }) =>
      actions.includes('eks:DescribeCluster'),
    )

    expect(describing).toHaveLength(2)
    for (const { resources } of describing) {
      expect(JSON.stringify(resources)).toContain('cluster/prod-blue')
      expect(JSON.stringify(resources)).not.toMatch(/\*|shop|old/)
    }
  })

  it('are asked as the role that may delete by sweep-execute alone', () => {
    const lambdas = resourcesOf(synthesized.pipeline, 'AWS::Lambda::Function')
    const asking = (output: RegExp) =>
      lambdas
        .filter(([, { Properties }]) => output.test(JSON.stringify(Properties.Environment ?? {})))
        .map(([id]) => id)
    const tagged = (user: string) =>
      resourcesOf(synthesized.pipeline, 'AWS::IAM::Role')
        .filter(([, { Properties }]) => JSON.stringify(Properties.Tags ?? []).includes(`"Value":"${user}"`))
        .map(([id]) => id.replace(/role.*/, ''))

    expect(asking(/CLUSTER_ROLE.*executor/)).toEqual([expect.stringMatching(/^sweepexecute/)])
    expect(asking(/CLUSTER_ROLE.*reader/)).toHaveLength(
      Object.values(functions).filter(({ access }) => access.includes('secrets:cluster')).length,
    )
    expect(tagged('executor')).toEqual(['sweepexecute'])
    expect(tagged('reader').sort()).toEqual(['inventory', 'reconcile', 'sweepplan'])
  })

  it('trust their roles to functions of that tag alone', () => {
    synthesized.state.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          Match.objectLike({
            Condition: { StringEquals: { 'aws:PrincipalTag/shelflife:cluster-user': 'executor' } },
          }),
        ],
      },
    })
  })

  it('pass the checks of cdk-nag', () => {
    expect(synthesized.findings).toEqual([])
  })
})

it('one role of the settings for all gets one entry with both groups', () => {
  const roleArn = 'arn:aws:iam::123456789012:role/team'

  const synthesized = withClusters([{ name: 'prod', eks: { clusterName: 'prod', roleArn } }])

  expect(entriesOf(synthesized)).toEqual([
    expect.objectContaining({ PrincipalArn: roleArn, KubernetesGroups: ['shelflife', 'shelflife-executor'] }),
  ])
})

it('no entry is made where accessEntries is false, and none for a region that is not known', () => {
  const refused = withClusters([{ name: 'prod', eks: { clusterName: 'prod', accessEntries: false } }])
  const unknown = withClusters([{ name: 'prod', eks: { clusterName: 'prod', region: 'eu-west-1' } }], { env: {} })

  expect([refused, unknown].map(entriesOf)).toEqual([[], []])
  expect([refused, unknown].map(one => notesOf(one).length)).toEqual([1, 1])
})

it('without a cluster of EKS there are no roles for them', () => {
  const { state, pipeline } = withClusters([{ name: 'prod', kubeconfigSecret: 'kubeconfig/prod' }])

  expect(resourcesOf(state, 'AWS::IAM::Role')).toEqual([])
  expect(JSON.stringify(pipeline.toJSON())).not.toContain('CLUSTER_ROLE')
})
