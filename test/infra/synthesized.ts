import { readFileSync } from 'node:fs'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { AwsSolutionsChecks } from 'cdk-nag'
import { type ConfigInput, parseConfig } from '../../infra/config.ts'
import { addInstallation } from '../../infra/installation.ts'

export interface Resource {
  readonly Type: string
  readonly Properties: Record<string, unknown>
  readonly DependsOn?: string | readonly string[]
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
}

/** The templates, what the synth warns of and refuses, and the findings of cdk-nag, without bundling. */
export function synthesize(config: ConfigInput) {
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'))
  const app = new App({ context: { ...context, 'aws:cdk:bundling-stacks': [] }, analyticsReporting: false })
  const { state, work, pipeline } = addInstallation(app, parseConfig(config))
  const checks = new AwsSolutionsChecks(app)
  const templates = {
    state: Template.fromStack(state),
    work: Template.fromStack(work),
    pipeline: Template.fromStack(pipeline),
  }
  const told = (type: string) =>
    [state, work, pipeline].flatMap(stack =>
      stack.node
        .findAll()
        .flatMap(({ node }) => node.metadata.flatMap(one => (one.type === type ? String(one.data) : []))),
    )
  return {
    ...templates,
    findings: checks.validateScope(app).violations,
    warnings: told('aws:cdk:warning'),
    errors: told('aws:cdk:error'),
  }
}

/** The resources of a type, by logical id. */
export const resourcesOf = (template: Template, type: string): [string, Resource][] =>
  Object.entries(template.findResources(type) as Record<string, Resource>)

export interface Statement {
  readonly Effect: string
  readonly Action: string | string[]
  readonly Resource: unknown
  readonly Condition?: unknown
}

/** Every statement of every role's policies, with the logical id of the role. */
export function statementsByRole(
  template: Template,
): { role: string; actions: string[]; resources: unknown[]; condition: unknown }[] {
  return resourcesOf(template, 'AWS::IAM::Policy').flatMap(([, policy]) => {
    const { Roles: roles, PolicyDocument: document } = policy.Properties as {
      Roles: { Ref: string }[]
      PolicyDocument: { Statement: Statement[] }
    }
    return document.Statement.flatMap(statement =>
      roles.map(role => ({
        role: role.Ref,
        actions: [statement.Action].flat(),
        resources: [statement.Resource].flat(),
        condition: statement.Condition,
      })),
    )
  })
}
