import { expect, it } from 'vitest'
import { readCrds } from '../../../../cli/embedded/crds.ts'
import {
  factsOf,
  findKnownProvider,
  providerLabels,
  providerOf,
  registryProviders,
} from '../../../../shared/domain/providers/providers.ts'
import { webhookProviders } from '../../../../shared/domain/webhook-provider.ts'
import { webhookRoutes } from '../../../../shared/wiring.ts'

it('the definition of RegistrySecrets takes exactly the labels', () => {
  const [, definition] = readCrds()

  expect(definition).toHaveProperty(
    'spec.versions.0.schema.openAPIV3Schema.properties.spec.properties.provider.enum',
    providerLabels,
  )
})

it('each provider of webhooks has its route', () => {
  expect(webhookRoutes).toEqual(Object.fromEntries(webhookProviders.map(name => [`/webhook/${name}`, name])))
  expect(Object.keys(webhookRoutes)).toEqual(expect.arrayContaining(['/webhook/distribution', '/webhook/harbor']))
  expect(Object.keys(webhookRoutes)).toHaveLength(13)
})

it.each([
  ['docker.io', 'dockerhub'],
  ['ghcr.io', 'ghcr'],
  ['quay.io', 'quay'],
  ['registry.gitlab.com', 'gitlab'],
  ['team.azurecr.io', 'acr'],
  ['europe-docker.pkg.dev', 'google'],
  ['eu.gcr.io', 'google'],
  ['registry.cn-hangzhou.aliyuncs.com', 'aliyun'],
])('%s is known to be %s, also where the settings name it without a provider', (host, provider) => {
  expect(providerOf(host, undefined)).toBe(provider)
  expect(providerOf(host, 'oci')).toBe(provider)
})

it.each([
  ...['notghcr.io', 'ghcr.io.evil.example', 'xquay.io', 'mirror.quay.io', 'registry.gitlab.com:5000', 'docker.io:5000'],
  ...[
    'registry.gitlab.com.evil.example',
    'x.registry.gitlab.com',
    'dockerxio',
    'gcr.io.example.com',
    'harbor.example.com',
  ],
])('a look-alike is taken for nobody: %s', host => {
  expect(findKnownProvider(host)).toBeUndefined()
  expect(providerOf(host, undefined)).toBe('oci')
})

it('a host is of one provider at most, and what the settings say of it counts more', () => {
  const all = registryProviders.filter(name => factsOf(name).hosts?.pattern.test('eu.gcr.io'))

  expect(all).toEqual(['google'])
  expect(providerOf('eu.gcr.io', 'harbor')).toBe('harbor')
})

it.each([
  ['harbor.example.com', 'harbor', 'goes-with-index'],
  ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', 'ecr', 'stays'],
  ['registry.example.com', 'oci', 'stays'],
  ['quay.io', undefined, 'collected'],
  ['registry.gitlab.com', 'oci', 'collected'],
  ['quay.example.com', 'quay', 'collected'],
] as const)('what is untagged at %s, %s by the settings: %s', (host, said, untagged) => {
  expect(factsOf(providerOf(host, said)).untagged).toBe(untagged)
})

it.each([
  [{ cron: '0 0 3 * * 6', deletesUntagged: true, sparesHours: 2 }, 'scheduled as "0 0 3 * * 6"', 'last 2 hours'],
  [{ deletesUntagged: false, sparesHours: 0 }, 'none is scheduled', 'spares nothing'],
])('a Harbor that tells of its garbage collection is quoted', (collection, when, spared) => {
  const text = factsOf('harbor').restorableUntil('harbor.example.com', collection)

  expect(text).toContain(when)
  expect(text).toContain(spared)
  expect(text.includes('without a tag')).toBe(collection.deletesUntagged)
})

it.each([
  ['harbor.example.com', 'harbor', 'next garbage collection'],
  ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', 'ecr', 'nobody can foresee'],
  ['docker.io', 'oci', 'docker.io does not say'],
  ['quay.io', undefined, 'Quay keeps what is deleted for two weeks'],
  ['ghcr.io', undefined, 'for 30 days'],
  ['notghcr.io', undefined, 'garbage collection of the registry'],
  ['127.0.0.1:5000', 'oci', 'garbage collection of the registry'],
] as const)('a registry at %s, %s by the settings, says until when images can be put back', (host, said, words) => {
  expect(factsOf(providerOf(host, said)).restorableUntil(host, undefined)).toContain(words)
})
