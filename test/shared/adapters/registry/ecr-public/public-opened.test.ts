import { expect, it } from 'vitest'
import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import { createRegistries } from '../../../../../shared/adapters/registry/registries.ts'
import { createWriters } from '../../../../../shared/adapters/registry/writers.ts'
import type { Digest } from '../../../../../shared/domain/digest.ts'
import { anonymousCredential, installationCredential } from '../../../../../shared/domain/sync-credential.ts'
import { parseSettings } from '../../../../../shared/settings.ts'
import { pushersToken } from '../../../../support/ecr-public/fake-ecr-public.ts'
import { useFakeAwsCredentials } from '../ecr/fake-ecr.ts'
import { startEcrPublic } from './public-world.ts'

useFakeAwsCredentials()

/** An installation whose settings name it, with one image in it. */
async function installation() {
  const registry = await startEcrPublic()
  registry.create('acme/app')
  const { digest } = await pushImage(registry.url, { repository: 'acme/app', tag: 'v1' }, pushersToken)
  const entry = { host: 'public.ecr.aws', provider: 'ecr-public', endpoint: registry.url, api: registry.url } as const
  const settings = parseSettings({ registries: [{ ...entry, grants: [], accountAliases: ['acme', 'a1b2c3d4'] }] })
  const secrets = { findSecret: async () => undefined, putSecret: async () => {}, deleteSecret: async () => {} }
  const none = { sealer: { open: async () => undefined }, store: { findCredential: async () => undefined } }
  const registries = createRegistries({ settings, secrets, ...none, now: () => new Date() })
  return { ...registry, registries, writers: createWriters({ settings, secrets }), digest: digest as Digest }
}

it('ECR Public is read by role with the credential of the installation, and by everybody without one', async () => {
  const { registries, calls, digest } = await installation()

  const byRole = await registries.reader('public.ecr.aws', { credential: installationCredential })
  const listed = await byRole.listRepository('acme/app')
  const asked = calls.length
  const byEverybody = await registries.reader('public.ecr.aws', { credential: anonymousCredential })
  const read = await byEverybody.listRepository('acme/app')

  expect(listed.tags).toMatchObject([{ tag: 'v1', digest }])
  expect(read.tags).toEqual([{ tag: 'v1' }])
  expect(calls).toHaveLength(asked)
})

it('ECR Public is deleted from by role', async () => {
  const { writers, digest, reader } = await installation()

  const deletion = await (await writers.writer('public.ecr.aws')).deleteManifest('acme/app', digest)

  expect(deletion).toEqual({ outcome: 'deleted' })
  expect(await reader.hasManifest('acme/app', digest)).toBe(false)
})
