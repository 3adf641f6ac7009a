import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { expect, it } from 'vitest'
import { findSecretFile } from '../../../../cli/embedded/aws/secret-files.ts'
import { createSecretStore } from '../../../../shared/adapters/secrets/secrets-manager.ts'
import { clientOptions, testAws, testFolder } from './embedded-aws.ts'

it("a mounted secret is read as it is now, before one that was put, and is nobody else's to change", async () => {
  const secretsFolder = await testFolder()
  const aws = await testAws({ secretsFolder })
  const client = new SecretsManagerClient(clientOptions(aws.endpoint))
  const read = (id: string) => createSecretStore(client).findSecret(id)
  await createSecretStore(client).putSecret('harbor-reader', 'that was put')

  const put = await read('harbor-reader')
  writeFileSync(join(secretsFolder, 'harbor-reader'), 'mounted')
  const mounted = await read('harbor-reader')
  writeFileSync(join(secretsFolder, 'harbor-reader'), 'renewed')
  const renewed = await read('harbor-reader')
  const refused = createSecretStore(client).putSecret('harbor-reader', 'other')

  expect([put, mounted, renewed]).toEqual(['that was put', 'mounted', 'renewed'])
  await expect(refused).rejects.toThrow(/harbor-reader could not be written/)
})

it('an id leads to no file but one of the folder', async () => {
  const folder = join(await testFolder(), 'secrets')
  mkdirSync(join(folder, 'inner'), { recursive: true })
  writeFileSync(join(folder, '..', 'outside'), 'not a secret of ours')
  writeFileSync(join(folder, 'inner', 'file'), 'hidden')

  for (const id of ['../outside', '..', '.', 'inner', 'inner/file', '', 'none'])
    expect(findSecretFile(folder, id), id).toBeUndefined()
})
