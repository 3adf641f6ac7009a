import { describe, expect, it } from 'vitest'
import { parsePolicy } from '../../../../shared/domain/policy/parse-policy.ts'
import { policyHash } from '../../../../shared/domain/policy/policy-hash.ts'

const policyObject = (spec: unknown, more: object = {}) => ({
  apiVersion: 'image.theriseunion.io/v1alpha1',
  kind: 'ImageCleanupPolicy',
  metadata: { name: 'auto-cleanup', namespace: 'production', resourceVersion: '7' },
  spec,
  ...more,
})

const seedSpec = {
  keepRecent: 3,
  unusedDays: 30,
  schedule: '0 2 * * *',
  namespaces: ['production', 'staging'],
  exclude: [{ name: 'critical-app', tag: 'v1.0.0' }],
}

const selecting = (expression: object) => ({
  keepDays: 1,
  selector: { matchExpressions: [{ key: 'app', ...expression }] },
})

describe('policies', () => {
  it('reads a whole one with the defaults of the CRD', () => {
    expect(parsePolicy(policyObject(seedSpec, { status: { anything: true } }))).toEqual({
      name: 'auto-cleanup',
      namespace: 'production',
      ...seedSpec,
      targets: ['Configuration'],
      action: 'Delete',
      archive: 'manifests',
      maxDeletionsPerRun: 100,
      maxDeletionPercent: 50,
      gracePeriodMs: 86_400_000,
      keepTags: [],
      dryRun: false,
      suspend: false,
      startingDeadlineSeconds: 3600,
      historyLimit: 5,
    })
  })

  it('takes an invalid schedule over, since that is an outcome of its own', () => {
    expect(parsePolicy(policyObject({ keepRecent: 1, schedule: 'never' })).schedule).toBe('never')
  })

  it.each([
    [{ keepRecent: 1001 }, 'spec.keepRecent: expected a whole number from 0 to 1000, got 1001'],
    [{ keepRecent: 1.5 }, 'spec.keepRecent: expected a whole number from 0 to 1000, got 1.5'],
    [{ unusedDays: 0 }, 'spec.unusedDays: expected a whole number from 1 to 3650, got 0'],
    [{ semver: { majorVersions: 0 } }, 'spec.semver.majorVersions: expected a whole number from 1 to 100, got 0'],
    [{ keepDays: 1, exclude: [{}] }, 'spec.exclude[0]: expected name, tag or both, got an object'],
    [{ keepDays: 1, exclude: [{ name: 'a b' }] }, 'spec.exclude[0].name: expected a name with * and ? as wildcards'],
    [{ keepDays: 1, exclude: 'all' }, 'spec.exclude: expected array, got "all"'],
    [{ keepDays: 1, namespaces: [] }, 'spec.namespaces: expected at least one namespace, got a list of 0'],
    [{ keepDays: 1, namespaces: ['a', 'a'] }, 'spec.namespaces: expected each namespace once, got'],
    [{ keepDays: 1, targets: ['NodeCache', 'NodeCache'] }, 'spec.targets: expected each target once, got'],
    [selecting({ operator: 'NotIn', values: [] }), 'values: expected values with In and NotIn'],
    [selecting({ operator: 'In' }), 'spec.selector.matchExpressions[0].values: expected values with In and NotIn'],
    [selecting({ operator: 'Exists', values: ['web'] }), 'and none with Exists and DoesNotExist'],
    [{ keepDays: 1, targets: ['Everything'] }, 'spec.targets[0]: expected one of Configuration, NodeCache'],
    [
      { keepDays: 1, archive: 'all', targets: ['RegistryArtifact'] },
      'spec.archive: expected manifests or layers, got "all"',
    ],
    [{ keepDays: 1, archive: 'layers' }, 'spec.archive: expected layers only with RegistryArtifact among the targets'],
    [
      { keepDays: 1, action: 'Move', targets: ['RegistryArtifact'] },
      'spec.action: expected Delete or Archive, got "Move"',
    ],
    [{ keepDays: 1, action: 'Archive' }, 'spec.action: expected Archive only with RegistryArtifact among the targets'],
    [
      { keepDays: 1, action: 'Archive', archive: 'layers', targets: ['RegistryArtifact'] },
      'spec.archive: expected manifests with action Archive',
    ],
    [
      { keepDays: 1, action: 'Archive', storageThresholdPercent: 80, targets: ['RegistryArtifact'] },
      'spec.storageThresholdPercent: expected none with action Archive, which frees nothing, got 80',
    ],
    [{ keepDays: 1, gracePeriod: '-1h' }, 'spec.gracePeriod: expected a duration such as 1h30m'],
    [{ keepDays: 1, maxDeletionPercent: 101 }, 'spec.maxDeletionPercent: expected a whole number from 1 to 100'],
    [{ keepDays: 1, groupBy: '(' }, 'spec.groupBy: expected an RE2 pattern, got "("'],
    [null, 'spec: expected object, got null'],
  ])('B19, B20 refuses %j', (spec, says) => {
    expect(() => parsePolicy(policyObject(spec))).toThrow(says)
  })

  it.each([undefined, null, 'policy', 7, []])('refuses %j as a whole', object => {
    expect(() => parsePolicy(object)).toThrow(/: expected /)
  })
})

it('F35 layers in the place of manifests give a policy another hash', () => {
  const hashOf = (archive: string) =>
    policyHash(parsePolicy(policyObject({ ...seedSpec, targets: ['RegistryArtifact'], archive })))

  expect(hashOf('layers')).not.toBe(hashOf('manifests'))
})

describe('the hash of a policy', () => {
  const hashOf = (more: object) => policyHash(parsePolicy(policyObject({ ...seedSpec, ...more })))

  it.each([
    { schedule: '@daily' },
    { timeZone: 'Europe/Berlin' },
    { suspend: true },
    { historyLimit: 1 },
    { namespaces: ['staging', 'production'] },
    { gracePeriod: '1440m' },
    { archive: 'manifests' },
  ])('stays with %j', more => {
    expect(hashOf(more)).toBe(hashOf({}))
  })

  it.each([
    { keepRecent: 2 },
    { unusedDays: 31 },
    { keepDays: 1 },
    { semver: { patches: 1 } },
    { keepTags: ['v1'] },
    { exclude: [] },
    { gracePeriod: '25h' },
    { namespaces: ['production'] },
    { selector: { matchLabels: { app: 'web' } } },
    { targets: ['RegistryArtifact'] },
    { groupBy: 'v' },
  ])('F35 changes with %j', more => {
    expect(hashOf(more)).not.toBe(hashOf({}))
  })
})
