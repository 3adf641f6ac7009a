import { expect, it } from 'vitest'
import { readCrds } from '../../../cli/embedded/crds.ts'
import { providerLabels, providers, webhookProviders } from '../../../shared/domain/provider.ts'
import { webhookRoutes } from '../../../shared/wiring.ts'

it('each word counts somewhere', () => {
  const idle = Object.entries(providers).filter(([, places]) => !Object.values(places).includes(true))

  expect(idle).toEqual([])
})

it('the definition of RegistrySecrets takes exactly the labels', () => {
  const [, definition] = readCrds()

  expect(definition).toHaveProperty(
    'spec.versions.0.schema.openAPIV3Schema.properties.spec.properties.provider.enum',
    providerLabels,
  )
})

it('each provider of webhooks has its route', () => {
  expect(webhookRoutes).toEqual(Object.fromEntries(webhookProviders.map(name => [`/webhook/${name}`, name])))
  expect(Object.keys(webhookRoutes).sort()).toEqual(['/webhook/distribution', '/webhook/harbor'])
})
