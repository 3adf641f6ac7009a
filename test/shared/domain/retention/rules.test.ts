import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { parsePolicy } from '../../../../shared/domain/policy/parse-policy.ts'
import { policyHash } from '../../../../shared/domain/policy/policy-hash.ts'
import { compilePolicy } from '../../../../shared/domain/retention/compile-policy.ts'
import {
  policyProtectionFields,
  ruleNames,
  tagRuleFieldNames,
  tagRuleFields,
  tagRules,
} from '../../../../shared/domain/retention/rules.ts'

const read = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8')

interface Schema {
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}

/** The limits of numbers, through any depth: what a schema of ours and the CRD must agree on. */
const limitsOf = ({ minimum, maximum, properties }: Schema): unknown => {
  const nested = Object.entries(properties ?? {}).map(([name, schema]) => [name, limitsOf(schema)])
  return { ...(maximum === undefined ? {} : { minimum, maximum }), ...Object.fromEntries(nested) }
}

interface Validated extends Schema {
  readonly 'x-kubernetes-validations'?: readonly { readonly rule: string; readonly message: string }[]
}

const ours: Schema = z.toJSONSchema(z.object(tagRuleFields), { io: 'input' }) as Schema
const crd = parse(read('infra/cluster/crds/imagecleanuppolicies.yaml'))
const spec: Validated = crd.spec.versions[0].schema.openAPIV3Schema.properties.spec
const { properties: ofPolicy = {} } = spec
const rule: Validated = ofPolicy.rules?.items ?? {}
const { properties: ofRule = {} } = rule

describe('the list of rules', () => {
  it.each(Object.entries(ours.properties ?? {}))(
    'the CRD has %s with the same limits, of a policy and of its rules',
    (name, schema) => {
      expect(limitsOf(ofPolicy[name] ?? {})).toEqual(limitsOf(schema))
      expect(limitsOf(ofRule[name] ?? {})).toEqual(limitsOf(schema))
    },
  )

  it.each(Object.keys(policyProtectionFields))('the CRD has %s', name => {
    expect(Object.keys(ofPolicy)).toContain(name)
  })

  it('the rules of a policy have no field that the CRD alone knows', () => {
    expect(Object.keys(ofRule).sort()).toEqual(['groupBy', 'tags', 'untagged', ...Object.keys(tagRuleFields)].sort())
  })

  it.each([
    ['a policy', spec, [...tagRuleFieldNames, 'rules']],
    ['one of its rules', rule, tagRuleFieldNames],
  ])(
    'the CRD asks of %s for at least one of the fields, and names all',
    (_, { 'x-kubernetes-validations': asked }, all) => {
      const last = asked?.at(-1)

      expect(last?.rule).toBe(all.map(field => `has(self.${field})`).join(' || '))
      expect(last?.message).toContain(`at least one of ${all.slice(0, -1).join(', ')} or ${all.at(-1)}`)
    },
  )

  it.each(
    tagRules.flatMap(({ savers }): readonly { readonly raised: (said: object, to: number) => object }[] => [...savers]),
  )('a number that is none is refused, whichever it is', ({ raised }) => {
    const policy = {
      ...parsePolicy({ spec: { keepTags: [], rules: [{ untagged: true, keepDays: 1 }] } }),
      ...raised({}, Number.NaN),
    }

    expect(() => compilePolicy(policy, '')).toThrow(/: expected a whole number from 0 on, got NaN$/)
  })

  it('explain.schema.json names exactly the numbers that can be raised', () => {
    const [, list = '[]'] =
      /"enum": (\[[^\]]*"majorVersions"[^\]]*\])/.exec(read('cli/explain/explain.schema.json')) ?? []

    const raised = tagRules.flatMap((each): readonly { readonly how: string }[] => each.savers)
    expect(JSON.parse(list).toSorted()).toEqual(raised.map(({ how }) => how).toSorted())
  })

  it.each(['cli/plan/plan.schema.json', 'cli/plan/compare.schema.json', 'cli/explain/explain.schema.json'])(
    '%s names exactly the rules',
    path => {
      const enums = [...read(path).matchAll(/"enum": (\[[^\]]*"in-use"[^\]]*\])/g)].map(([, list]) =>
        JSON.parse(list ?? ''),
      )

      expect(enums.length).toBeGreaterThan(0)
      for (const names of enums)
        expect(names.filter((name: string) => name !== 'not-covered')).toEqual([...ruleNames, 'none'])
    },
  )
})

const changes: Readonly<Record<string, unknown>> = {
  keepRecent: 2,
  semver: { patches: 2 },
  unusedDays: 9,
  keepDays: 9,
  groupBy: '^x',
  rules: [{ tags: ['v*'], keepRecent: 1 }],
  exclude: [{ tag: 'x' }],
  keepTags: ['x'],
  gracePeriod: '5h',
  namespaces: ['x'],
  selector: { matchLabels: { x: 'y' } },
  targets: ['RegistryArtifact'],
  archive: 'layers',
  action: 'Archive',
}
const silent: Readonly<Record<string, unknown>> = {
  schedule: '@daily',
  timeZone: 'UTC',
  suspend: true,
  dryRun: true,
  startingDeadlineSeconds: 5,
  storageThresholdPercent: 5,
  historyLimit: 9,
  maxDeletionsPerRun: 7,
  maxDeletionPercent: 7,
}

describe('the hash of a policy', () => {
  const targets = ['Configuration', 'RegistryArtifact']
  const hashOf = (more: object) => policyHash(parsePolicy({ spec: { keepRecent: 1, targets, ...more } }))

  it.each(Object.entries(changes))('%s counts', (field, value) => {
    expect(hashOf({ [field]: value })).not.toBe(hashOf({}))
  })

  it.each(Object.entries(silent))('%s does not count', (field, value) => {
    expect(hashOf({ [field]: value })).toBe(hashOf({}))
  })

  it('there is no field of the CRD of which nobody says whether it counts', () => {
    expect(Object.keys(ofPolicy).sort()).toEqual([...Object.keys(changes), ...Object.keys(silent)].sort())
  })

  it('the order of rules counts, that of lists which are sets does not', () => {
    const rules = [
      { tags: ['a*'], keepRecent: 1 },
      { tags: ['ab*'], keepDays: 1 },
    ]

    expect(hashOf({ rules: rules.toReversed() })).not.toBe(hashOf({ rules }))
    expect(hashOf({ keepTags: ['a', 'b'] })).toBe(hashOf({ keepTags: ['b', 'a', 'b'] }))
  })

  it('is what earlier versions wrote into marks', () => {
    const targets = ['Configuration']
    expect(hashOf({ targets, unusedDays: 30, exclude: [{ tag: 'v1', name: 'x' }] })).toBe(
      'eae33217b68070d720e5ed664e8d111f57da0131814f03cb43827ecc7b1edc20',
    )
  })
})
