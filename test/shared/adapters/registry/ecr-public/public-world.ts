import { onTestFinished } from 'vitest'
import { createPublicReader } from '../../../../../shared/adapters/registry/ecr-public/public-reader.ts'
import { createPublicWriter } from '../../../../../shared/adapters/registry/ecr-public/public-writer.ts'
import type { Reach } from '../../../../../shared/adapters/registry/registry-address.ts'
import { parseSettings } from '../../../../../shared/settings.ts'
import { type FakeEcrPublic, startFakeEcrPublic } from '../../../../support/ecr-public/fake-ecr-public.ts'
import { noWaiting } from '../fake-registry.ts'

/** Those that the account has. */
const everyAlias = ['acme', 'a1b2c3d4']

export function clientsOf({ url, host }: FakeEcrPublic, accountAliases: readonly string[] = everyAlias) {
  const { registries } = parseSettings({
    registries: [
      {
        host,
        provider: 'ecr-public',
        endpoint: url,
        api: url,
        ...(accountAliases.length > 0 && { accountAliases: [...accountAliases] }),
      },
    ],
  })
  const reach: Reach = {
    endpoint: url,
    api: url,
    host,
    configured: true,
    settings: registries[0],
    clock: noWaiting,
  }
  return { reader: createPublicReader(reach), writer: createPublicWriter(reach) }
}

/** An ECR Public that ends with the test, with clients of it. */
export async function startEcrPublic(accountAliases?: readonly string[]) {
  const registry = await startFakeEcrPublic()
  onTestFinished(() => registry.close())
  return { ...registry, ...clientsOf(registry, accountAliases) }
}
