import { App, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include'
import type { StackTemplate } from './release-changes.ts'
import type { Resource } from './synthesized.ts'

/** What CDK makes of a template that is shipped as it is; a finding of its checks of CloudFormation is an error. */
export function included(templateFile: string): Template {
  const stack = new Stack(new App({ context: { '@aws-cdk/core:validateAgainstDefaultRules': true } }), 'Included')
  new CfnInclude(stack, 'template', { templateFile })
  return Template.fromStack(stack)
}

type Condition =
  | { Condition: string }
  | { 'Fn::Equals': unknown[] }
  | { 'Fn::Not': Condition[] }
  | { 'Fn::And': Condition[] }

type Given = Readonly<Record<string, string>>

interface Parametrized {
  readonly Parameters: Readonly<Record<string, { readonly Default?: string }>>
  readonly Conditions: Readonly<Record<string, Condition>>
  readonly Resources: Readonly<Record<string, Resource & { readonly Condition?: string }>>
}

/** The resources that CloudFormation makes of a template with these parameters, as it reads conditions and parameters. */
export function resourcesMadeBy(template: Template, given: Given): StackTemplate {
  const { Parameters, Conditions, Resources } = template.toJSON() as Parametrized
  const defaults = Object.entries(Parameters).map(([name, { Default = '' }]) => [name, Default])
  const values: Given = { ...Object.fromEntries(defaults), ...given }
  const holds = (one: Condition): boolean => {
    const sideOf = (side: unknown) => resolved(side, values, () => false)
    if ('Condition' in one) return isTrue(one.Condition)
    if ('Fn::Equals' in one) return sideOf(one['Fn::Equals'][0]) === sideOf(one['Fn::Equals'][1])
    if ('Fn::Not' in one) return !one['Fn::Not'].some(holds)
    return one['Fn::And'].every(holds)
  }
  const isTrue = (name: string): boolean => {
    const condition = Conditions[name]
    if (condition === undefined) throw new Error(`expected a condition of the template, got ${name}`)
    return holds(condition)
  }
  const made = Object.entries(Resources).filter(([, { Condition }]) => Condition === undefined || isTrue(Condition))
  return {
    Resources: Object.fromEntries(
      made.map(([id, one]) => [
        id,
        { ...one, Properties: resolved(one.Properties, values, isTrue) as Resource['Properties'] },
      ]),
    ),
  }
}

/** What is not told by parameters stays as it is written. */
function resolved(value: unknown, values: Given, isTrue: (condition: string) => boolean): unknown {
  const again = (one: unknown) => resolved(one, values, isTrue)
  if (Array.isArray(value)) return value.map(again)
  if (typeof value !== 'object' || value === null) return value
  if ('Ref' in value) return value.Ref === 'AWS::NoValue' ? undefined : (values[String(value.Ref)] ?? value)
  if ('Fn::Sub' in value) return String(value['Fn::Sub']).replaceAll(/\$\{(\w+)\}/g, (all, name) => values[name] ?? all)
  if ('Fn::If' in value && Array.isArray(value['Fn::If'])) {
    const [condition, then, otherwise] = value['Fn::If']
    return again(isTrue(String(condition)) ? then : otherwise)
  }
  const entries = Object.entries(value).map(([key, one]) => [key, again(one)] as const)
  return Object.fromEntries(entries.filter(([, one]) => one !== undefined))
}
