// The calls alone, and node's own cipher: a text may be longer than the 4,096 bytes that KMS encrypts itself. Measured as a
// bundle, this client adds 30 KiB to a function, and @aws-crypto/client-node, which does the same with more, 411 KiB.
import {
  DecryptCommand,
  GenerateDataKeyCommand,
  IncorrectKeyException,
  InvalidCiphertextException,
  KMSClient,
} from '@aws-sdk/client-kms'
import { UnavailableError } from '../../errors.ts'
import type { CopyOwner, Sealer } from '../../ports/platform.ts'
import { OpenedCopies } from './opened-copies.ts'
import { openBox, sealBox } from './sealed-box.ts'

export const openKms = (): KMSClient => new KMSClient()

/**
 * Each text is sealed with a key of its own, which the KMS key encrypts and which is kept beside the text. Both are bound to
 * the owner: moved to another, they do not open. What was opened is kept in the process by its sealed text, so that KMS is
 * asked once for a copy; one that changed has another.
 *
 * @param keyId id, ARN or alias of the key
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html
 */
export function createSealer(client: KMSClient, keyId: string, opened = new OpenedCopies()): Sealer {
  return {
    async seal(text, owner) {
      const { key, sealedKey } = await newKey(client, keyId, owner)
      return partsText({ sealedKey, box: sealBox(text, key, boundOf(owner)) })
    },
    open: (sealed, owner) =>
      opened.find(`${boundOf(owner)} ${sealed}`, async () => {
        const parts = partsOf(sealed)
        const key = parts && (await findKey(client, keyId, parts.sealedKey, owner))
        return key && openBox(parts.box, key, boundOf(owner))
      }),
  }
}

/** One form of it, since it is authenticated byte by byte. */
const boundOf = ({ cluster, uid }: CopyOwner): string => JSON.stringify({ cluster, uid })

async function newKey(client: KMSClient, KeyId: string, { cluster, uid }: CopyOwner) {
  const EncryptionContext = { cluster, uid }
  const { Plaintext, CiphertextBlob } = await client
    .send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', EncryptionContext }))
    .catch(cause => {
      throw new UnavailableError(`key ${KeyId}: expected a key to seal with, got none`, { kind: 'server', cause })
    })
  if (Plaintext === undefined || CiphertextBlob === undefined)
    throw new UnavailableError(`key ${KeyId}: expected a key to seal with, got an empty answer`, { kind: 'server' })
  return { key: Plaintext, sealedKey: CiphertextBlob }
}

/** Undefined where this key did not seal it for this owner: known for good, and so no failure. */
async function findKey(client: KMSClient, KeyId: string, sealedKey: Uint8Array, { cluster, uid }: CopyOwner) {
  try {
    const asked = { KeyId, CiphertextBlob: sealedKey, EncryptionContext: { cluster, uid } }
    return (await client.send(new DecryptCommand(asked))).Plaintext
  } catch (cause) {
    if (cause instanceof InvalidCiphertextException || cause instanceof IncorrectKeyException) return undefined
    throw new UnavailableError(`key ${KeyId}: expected it to open a copy, got no answer`, { kind: 'server', cause })
  }
}

interface SealedParts {
  /** As KMS gave it. */
  readonly sealedKey: Uint8Array
  readonly box: Uint8Array
}

/** `1.KEY.BOX`, both in Base64 for addresses; the first part is the version of this form. */
const partsText = ({ sealedKey, box }: SealedParts): string =>
  ['1', ...[sealedKey, box].map(bytes => Buffer.from(bytes).toString('base64url'))].join('.')

function partsOf(sealed: string): SealedParts | undefined {
  const [, key, box] = /^1\.([\w-]+)\.([\w-]+)$/.exec(sealed) ?? []
  return key === undefined || box === undefined
    ? undefined
    : { sealedKey: Buffer.from(key, 'base64url'), box: Buffer.from(box, 'base64url') }
}
