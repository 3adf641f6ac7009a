import { createHash, getHashes } from 'node:crypto'
import { InvalidInputError } from '../../../errors.ts'

/** @see https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests */
const digestPattern = /^(?<algorithm>[a-z0-9]+(?:[+._-][a-z0-9]+)*):(?<encoded>[a-zA-Z0-9=_-]+)$/

/** True for a well-formed digest whose algorithm is not sha256. */
export const isOtherAlgorithm = (digest: string): boolean => {
  const algorithm = digestPattern.exec(digest)?.groups?.algorithm
  return algorithm !== undefined && algorithm !== 'sha256'
}

/**
 * As far as its algorithm is known here.
 *
 * @throws InvalidInputError when the bytes hash to another digest
 */
export function verifyOtherDigest(bytes: Uint8Array, digest: string, what: string): void {
  const { algorithm = '', encoded } = digestPattern.exec(digest)?.groups ?? {}
  if (!getHashes().includes(algorithm)) return
  if (createHash(algorithm).update(bytes).digest('hex') !== encoded)
    throw new InvalidInputError(`${what}: expected a body that hashes to ${digest}, got another`)
}
