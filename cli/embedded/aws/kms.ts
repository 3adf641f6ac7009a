import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto'
import * as z from 'zod'
import { AwsError } from './aws-error.ts'
import { DocumentFile } from './document-file.ts'
import { type AwsIdentity, arnOf } from './identity.ts'
import { action, type JsonService } from './json-protocol.ts'

/** By id; the alias is its name without `alias/`, the key Base64. */
const documentSchema = z.record(z.uuid(), z.object({ alias: z.string(), key: z.base64() }))

const contextInput = { EncryptionContext: z.record(z.string(), z.string()).default({}) }
const bytesOf = { AES_256: 32, AES_128: 16 } as const
const dataKeyInput = z.object({ KeyId: z.string(), KeySpec: z.enum(['AES_256', 'AES_128']), ...contextInput })
const decryptInput = z.object({ KeyId: z.string().optional(), CiphertextBlob: z.base64(), ...contextInput })
type Context = z.infer<typeof decryptInput>['EncryptionContext']

interface EmbeddedKey {
  readonly id: string
  readonly arn: string
  readonly key: Buffer
}

/**
 * KMS, as far as its symmetric keys seal data keys: really encrypted, with the encryption context as additional data. The
 * keys lie in one file, which only its owner can read; one that is lost opens nothing any more, as on AWS.
 *
 * @param aliases keys that are made where there are none of that name
 */
export const kmsService = (path: string, identity: AwsIdentity, aliases: readonly string[]): JsonService => {
  const file = new DocumentFile(path, documentSchema)
  for (const alias of aliases) ensureKey(file, alias)
  const find = (keyId: string): EmbeddedKey => {
    for (const [id, { alias, key }] of Object.entries(file.read({}))) {
      const arn = arnOf(identity, 'kms', `key/${id}`)
      const names = [id, arn, `alias/${alias}`, arnOf(identity, 'kms', `alias/${alias}`)]
      if (names.includes(keyId)) return { id, arn, key: Buffer.from(key, 'base64') }
    }
    throw new AwsError('NotFoundException', `Key '${keyId}' does not exist`)
  }
  return {
    target: 'TrentService',
    namespace: 'com.amazonaws.kms',
    validationCode: 'ValidationException',
    actions: {
      GenerateDataKey: action(dataKeyInput, ({ KeyId, KeySpec, EncryptionContext }) => {
        const found = find(KeyId)
        const plain = randomBytes(bytesOf[KeySpec])
        const CiphertextBlob = encrypt(plain, found, EncryptionContext).toString('base64')
        return { KeyId: found.arn, Plaintext: plain.toString('base64'), CiphertextBlob }
      }),
      Decrypt: action(decryptInput, ({ KeyId, CiphertextBlob, EncryptionContext }) => {
        const blob = Buffer.from(CiphertextBlob, 'base64')
        const ownerId = blob.subarray(0, idBytes).toString('latin1')
        if (!z.uuid().safeParse(ownerId).success) throw invalidCiphertext()
        const found = find(KeyId ?? ownerId)
        if (found.id !== ownerId) throw incorrectKey()
        const Plaintext = decrypt(blob, found, EncryptionContext).toString('base64')
        return { KeyId: found.arn, Plaintext, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
      }),
    },
  }
}

function ensureKey(file: DocumentFile<typeof documentSchema>, alias: string): void {
  const keys = file.read({})
  if (Object.values(keys).some(one => one.alias === alias)) return
  file.write({ ...keys, [randomUUID()]: { alias, key: randomBytes(32).toString('base64') } })
}

/** A blob is the id of its key, an IV, a tag, and what is encrypted. */
const idBytes = 36
const ivBytes = 12
const tagBytes = 16

function encrypt(plain: Buffer, { id, key }: EmbeddedKey, context: Context): Buffer {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes })
  cipher.setAAD(contextBytes(context))
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([Buffer.from(id, 'latin1'), iv, cipher.getAuthTag(), encrypted])
}

function decrypt(blob: Buffer, { key }: EmbeddedKey, context: Context): Buffer {
  const tagAt = idBytes + ivBytes
  const textAt = tagAt + tagBytes
  if (blob.length < textAt) throw invalidCiphertext()
  const decipher = createDecipheriv('aes-256-gcm', key, blob.subarray(idBytes, tagAt), { authTagLength: tagBytes })
  decipher.setAAD(contextBytes(context))
  decipher.setAuthTag(blob.subarray(tagAt, textAt))
  try {
    return Buffer.concat([decipher.update(blob.subarray(textAt)), decipher.final()])
  } catch {
    throw invalidCiphertext()
  }
}

/** The same for the same pairs in any order. */
const contextBytes = (context: Context): Buffer =>
  Buffer.from(JSON.stringify(Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1))))

/** KMS says no more: neither what was wrong, nor with what it was encrypted. */
const invalidCiphertext = (): AwsError => new AwsError('InvalidCiphertextException', '')

const incorrectKey = (): AwsError =>
  new AwsError(
    'IncorrectKeyException',
    'The key ID in the request does not identify a CMK that can perform this operation.',
  )
