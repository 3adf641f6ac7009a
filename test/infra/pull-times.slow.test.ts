import { App, Stack } from 'aws-cdk-lib'
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../infra/config.ts'
import { PullTimeExclusions } from '../../infra/constructs/pull-time-exclusions.ts'
import { addInstallation } from '../../infra/installation.ts'
import { pullTimeNote } from '../../infra/pull-time-note.ts'
import { parseSettings } from '../../shared/settings.ts'
import { resourcesOf, statementsByRole, synthesize } from './synthesized.ts'

const here = { account: '123456789012', region: 'eu-west-1' }
const registryIn = (region: string, account = here.account) => ({
  host: `${account}.dkr.ecr.${region}.amazonaws.com`,
  provider: 'ecr' as const,
  grants: 'everyone' as const,
})
type Registry = ReturnType<typeof registryIn>

/** A stack with two readers and the exclusions alone. */
function deployed(registries: readonly Registry[], env: Partial<typeof here> = {}, isOn = true) {
  const settings = parseSettings({ registries })
  const stack = new Stack(new App(), 'Pipeline', { env })
  const role = (name: string) => new Role(stack, name, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
  const readers = { sync: role('sync'), 'sweep-execute': role('sweep-execute') }
  new PullTimeExclusions(stack, 'pull-times', { settings, isOn, readers })
  const template = Template.fromStack(stack)
  return {
    template,
    excluded: resourcesOf(template, 'AWS::ECR::PullTimeUpdateExclusion').map(([, one]) => one),
    registered: resourcesOf(template, 'Custom::PullTimeUpdateExclusion').map(([, one]) => one.Properties),
    note: pullTimeNote(settings, stack, isOn),
  }
}

describe('I27 reads of our own', () => {
  it('set no pull times in the account and region of the deploy', () => {
    const { template, excluded, registered, note } = deployed([registryIn('eu-west-1')], here)

    expect(excluded.map(({ Properties }) => JSON.stringify(Properties.PrincipalArn))).toEqual([
      expect.stringContaining('"sync'),
      expect.stringContaining('"sweepexecute'),
    ])
    expect(template.findConditions('*')).toEqual({})
    expect([registered, note]).toEqual([[], undefined])
  })

  it.each([
    ['one registry', [registryIn('eu-west-1')]],
    ['several', [registryIn('eu-west-1'), registryIn('us-east-1', '210987654321')]],
  ])('are excluded where it turns out at the deploy that it is the place of %s, and the deploy says so', (_, them) => {
    const { template, excluded } = deployed(them)
    const [[id, condition] = []] = Object.entries(template.findConditions('*'))

    expect(excluded.map(one => 'Condition' in one && one.Condition)).toEqual([id, id])
    for (const { host } of them) expect(JSON.stringify(condition)).toContain(`"${host.slice(0, 12)}"`)
    template.hasOutput('PullTimesLeftAlone', { Value: { 'Fn::If': [id, 'yes', Match.stringLikeRegexp('^no: ')] } })
  })

  it('set none in other regions of the account, until the stack is deleted', () => {
    const { excluded, registered, note } = deployed([registryIn('eu-west-1'), registryIn('us-east-1')], here)
    const calls = (name: string) => registered.map(one => JSON.stringify(one[name]))

    expect(excluded).toHaveLength(2)
    for (const call of [...calls('Create'), ...calls('Update')])
      expect(call).toMatch(/us-east-1.*"RegisterPullTime.*ExclusionAlreadyExistsException/)
    for (const call of calls('Delete'))
      expect(call).toMatch(/us-east-1.*DeregisterPullTime.*ExclusionNotFoundException/)
    expect([registered.length, note]).toEqual([2, undefined])
  })

  it.each([
    ['in another account', here],
    ['where the account of the deploy is not fixed', {}],
  ])('are told of with the command for a registry %s', (_, env) => {
    const { template, note } = deployed([registryIn('eu-west-1'), registryIn('us-east-1', '210987654321')], env)

    expect(note).toContain(
      'in account 210987654321: for role in $roles; do aws ecr register-pull-time-update-exclusion --region us-east-1',
    )
    template.hasOutput('ManifestReaders', {})
  })

  it('are excluded nowhere where the configuration says so, and synth prints the commands', () => {
    const { template, excluded, registered, note } = deployed(
      [registryIn('eu-west-1'), registryIn('us-east-1')],
      here,
      false,
    )

    expect([excluded, registered]).toEqual([[], []])
    expect(note).toMatch(/pullTimeExclusions is false.*--region eu-west-1.*--region us-east-1/)
    template.hasOutput('ManifestReaders', {})
  })

  it('are those of each function that may have manifests handed out, with no right too many', () => {
    const registries = [registryIn('eu-west-1'), registryIn('us-east-1')]
    const { pipeline, findings } = synthesize({ env: here, settings: { registries } })
    const readers = statementsByRole(pipeline).filter(({ actions }) => actions.includes('ecr:BatchGetImage'))
    const registrar = statementsByRole(pipeline).filter(({ role }) => /registrar/.test(role))

    expect(resourcesOf(pipeline, 'AWS::ECR::PullTimeUpdateExclusion').map(([, one]) => one.Properties)).toEqual(
      readers.map(({ role }) => ({ PrincipalArn: { 'Fn::GetAtt': [role, 'Arn'] } })),
    )
    expect(
      registrar
        .flatMap(({ actions }) => actions)
        .filter(action => !action.startsWith('logs:'))
        .sort(),
    ).toEqual(['ecr:DeregisterPullTimeUpdateExclusion', 'ecr:RegisterPullTimeUpdateExclusion'])
    expect(findings).toEqual([])
  })

  it('are warned of by every synth that leaves them to people', () => {
    const app = new App({ context: { 'aws:cdk:bundling-stacks': [] }, analyticsReporting: false })
    const settings = { registries: [registryIn('us-east-1', '210987654321')] }

    const { pipeline } = addInstallation(app, parseConfig({ env: here, settings }))

    Annotations.fromStack(pipeline).hasWarning('*', Match.stringLikeRegexp('register-pull-time-update-exclusion'))
  })
})
