import { readFileSync } from 'node:fs'
import { Environment } from '@marcbachmann/cel-js'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { labelKeysNote } from '../../shared/settings/grant-checks.ts'
import { parseSettings } from '../../shared/settings.ts'

interface Policy {
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly variables: readonly { readonly name: string; readonly expression: string }[]
    readonly validations: readonly { readonly expression: string; readonly messageExpression: string }[]
    readonly paramRef: { readonly namespace: string; readonly name: string }
    readonly matchConstraints: { readonly resourceRules: readonly { readonly resources: readonly string[] }[] }
  }
}

const name = 'grant-labels.image.theriseunion.io'
const [policy, binding] = parseAllDocuments(
  readFileSync(new URL('../../infra/cluster/admission.yaml', import.meta.url), 'utf8'),
)
  .map(document => document.toJS() as Policy)
  .filter(({ metadata }) => metadata.name === name) as [Policy, Policy]

/** The right itself is the API server's to know: here it is a variable. */
const rightOfCaller = "authorizer.group('image.theriseunion.io').resource('grantlabels').check('update').allowed()"
const environment = new Environment({ unlistedVariablesAreDyn: true })

type Labels = Readonly<Record<string, string>>

/** What the policy answers to a namespace with these labels: nothing where it lets it through. */
function answerTo(
  labels: Labels | undefined,
  before?: Labels,
  { keys = 'team, example.com/unit', mayUpdate = false } = {},
) {
  const known: Record<string, unknown> = {
    object: { metadata: labels ? { labels } : {} },
    oldObject: { metadata: before ? { labels: before } : {} },
    request: { operation: before ? 'UPDATE' : 'CREATE' },
    params: { data: { keys } },
    mayUpdate,
    variables: {},
  }
  for (const { name: variable, expression } of policy.spec.variables)
    known.variables = { ...(known.variables as object), [variable]: environment.parse(expression)(known) }
  const { expression, messageExpression } = policy.spec.validations[0] as Policy['spec']['validations'][number]
  expect(expression).toContain(rightOfCaller)
  const holds = environment.parse(expression.replace(rightOfCaller, 'mayUpdate'))(known)
  return holds === true ? undefined : environment.parse(messageExpression)(known)
}

describe('labels that grants stand on', () => {
  it.each<[string, Labels | undefined, Labels | undefined, string]>([
    ['set on a new namespace', { team: 'red' }, undefined, 'team'],
    ['added', { team: 'red', other: 'x' }, { other: 'x' }, 'team'],
    ['changed', { 'example.com/unit': 'b' }, { 'example.com/unit': 'a' }, 'example.com/unit'],
    ['removed', {}, { team: 'red' }, 'team'],
    ['removed with all others', undefined, { team: 'red' }, 'team'],
    ['emptied', { team: '' }, { team: 'red' }, 'team'],
  ])('are not %s by tenants', (_, labels, before, key) => {
    expect(answerTo(labels, before)).toContain(`expected no change of ${key}, since it decides`)
    expect(answerTo(labels, before, { mayUpdate: true })).toBeUndefined()
  })

  it.each<[string, Labels | undefined, Labels | undefined]>([
    ['a new namespace without labels', undefined, undefined],
    ['other labels', { team: 'red', other: 'y' }, { team: 'red', other: 'x' }],
    ['a label whose name begins alike', { teams: 'x' }, { team2: 'y' }],
  ])('leave alone %s', (_, labels, before) => {
    expect(answerTo(labels, before)).toBeUndefined()
  })

  it('are none where the list is empty', () => {
    expect(answerTo({ team: 'red' }, {}, { keys: '' })).toBeUndefined()
  })

  it('are closed on every way to write them', () => {
    expect(policy.spec.matchConstraints.resourceRules[0]?.resources).toEqual([
      'namespaces',
      'namespaces/status',
      'namespaces/finalize',
    ])
  })

  it('are read from the ConfigMap that synth tells how to make', () => {
    const grants = [{ clusters: ['*'], namespaces: ['*'], repositories: ['{label:team}/**'], may: ['read' as const] }]
    const { namespace, name: configMap } = binding.spec.paramRef

    expect(labelKeysNote(parseSettings({ registries: [{ host: 'a.example.com', grants }] }))).toContain(
      `kubectl create configmap ${configMap} -n ${namespace} --from-literal=keys=team `,
    )
  })
})
