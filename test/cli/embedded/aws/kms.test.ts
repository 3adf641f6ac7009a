import { readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { expect, it } from 'vitest'
import { clientOptions, testAws, testFolder } from './embedded-aws.ts'

const KeyId = 'alias/sealing'
const EncryptionContext = { cluster: 'eu-1', uid: 'one' }

async function start(dataDir?: string) {
  const aws = await testAws({ keys: ['sealing', 'other'], ...(dataDir !== undefined && { dataDir }) })
  const client = new KMSClient(clientOptions(aws.endpoint))
  const newKey = (keyId = KeyId, context: Record<string, string> = EncryptionContext) =>
    client.send(new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: 'AES_256', EncryptionContext: context }))
  const decrypt = (CiphertextBlob: Uint8Array | undefined, rest: object = {}) =>
    client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext, ...rest }))
  return { aws, newKey, decrypt }
}

it('gives a new data key each time, and decrypts it by the key that the blob names', async () => {
  const { newKey, decrypt } = await start()
  const [one, two] = [await newKey(), await newKey()]

  const decrypted = await decrypt(one.CiphertextBlob)

  expect(one.Plaintext).toHaveLength(32)
  expect(two.Plaintext).not.toEqual(one.Plaintext)
  expect(decrypted).toMatchObject({ Plaintext: one.Plaintext, KeyId: one.KeyId })
  expect(Buffer.from(one.CiphertextBlob ?? []).includes(Buffer.from(one.Plaintext ?? []))).toBe(false)
})

it('knows a key by its alias, id and ARN', async () => {
  const { newKey, decrypt } = await start()
  const { KeyId: arn = '', CiphertextBlob, Plaintext } = await newKey()
  const names = [KeyId, arn, arn.split('/').at(-1), arn.replace(/key\/.*/, KeyId)]

  for (const name of names) expect(await decrypt(CiphertextBlob, { KeyId: name })).toMatchObject({ Plaintext })
})

it('takes the pairs of a context in any order', async () => {
  const { newKey, decrypt } = await start()
  const { CiphertextBlob, Plaintext } = await newKey(KeyId, { uid: 'one', cluster: 'eu-1' })

  expect(await decrypt(CiphertextBlob)).toMatchObject({ Plaintext })
})

it.each<[string, string, (blob: Uint8Array) => [Uint8Array, object]]>([
  ['another context', 'InvalidCiphertextException', blob => [blob, { EncryptionContext: { cluster: 'eu-1' } }]],
  ['a changed blob', 'InvalidCiphertextException', blob => [blob.with(-1, (blob.at(-1) ?? 0) ^ 1), {}]],
  ['half a blob', 'InvalidCiphertextException', blob => [blob.subarray(0, 40), {}]],
  ['what is no blob', 'InvalidCiphertextException', () => [Buffer.from('no blob'), {}]],
  ['the blob of another key', 'IncorrectKeyException', blob => [blob, { KeyId: 'alias/other' }]],
  ['a key that is not there', 'NotFoundException', blob => [blob, { KeyId: 'alias/none' }]],
])('refuses %s with %s', async (_, name, of) => {
  const { newKey, decrypt } = await start()
  const [blob, rest] = of((await newKey()).CiphertextBlob ?? new Uint8Array())

  await expect(decrypt(blob, rest)).rejects.toMatchObject({ name })
})

it('refuses a data key of a key that is not there', async () => {
  const { newKey } = await start()

  await expect(newKey('alias/none')).rejects.toMatchObject({ name: 'NotFoundException' })
})

it('keeps its keys from start to start, in a file of which others read nothing; once it is lost nothing opens', async () => {
  const dataDir = await testFolder()
  const first = await start(dataDir)
  const { CiphertextBlob, Plaintext } = await first.newKey()
  await first.aws.close()
  const file = join(dataDir, 'keys.json')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readFileSync(file, 'utf8')).not.toContain(Buffer.from(Plaintext ?? []).toString('base64'))
  const second = await start(dataDir)
  expect(await second.decrypt(CiphertextBlob, { KeyId })).toMatchObject({ Plaintext })
  await second.aws.close()
  rmSync(file)

  const third = await start(dataDir)

  await expect(third.decrypt(CiphertextBlob, { KeyId })).rejects.toMatchObject({ name: 'IncorrectKeyException' })
  await expect(third.decrypt(CiphertextBlob)).rejects.toMatchObject({ name: 'NotFoundException' })
})

it('refuses who does not sign with the key of the folder', async () => {
  const { aws } = await start()
  const credentials = { accessKeyId: 'other', secretAccessKey: 'other' }
  const stranger = new KMSClient({ ...clientOptions(aws.endpoint), credentials })

  await expect(stranger.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }))).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
  })
})
