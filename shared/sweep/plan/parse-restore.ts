import { type Digest, isDigest } from '../../domain/digest.ts'
import { InvalidInputError } from '../../errors.ts'

/** What a policy is asked to put back: a run of its own, or an image, in every repository or in one. */
export type RestoreAsked =
  | { readonly runId: string }
  | { readonly digest: Digest; readonly repository: string | undefined }

const longest = 512
const expected = 'expected a run or a digest of what this policy deleted, as its status lists them'

/** Whatever a person wrote, it does not fill the record or the terminal of whoever reads it. */
export const shownRestore = (value: string): string => value.replace(/\p{C}/gu, '?').slice(0, longest)

/**
 * Reads `RUN`, `CLUSTER/NAMESPACE/POLICY/RUN`, `NAMESPACE/POLICY/RUN`, `sha256:…` or `REPOSITORY@sha256:…`. `policy`:
 * `cluster/namespace/name`.
 * @throws InvalidInputError, also for a run that is named as another policy's
 */
export function parseRestore(value: string, policy: string): RestoreAsked {
  if (value.length > longest || !/^[\x21-\x7e]+$/.test(value))
    throw new InvalidInputError(`${expected}, got ${shownRestore(value).slice(0, 128)}`)
  const at = value.lastIndexOf('@')
  const digest = value.slice(at + 1)
  if (isDigest(digest)) return { digest, repository: at > 0 ? value.slice(0, at) : undefined }
  const [, ...withoutCluster] = policy.split('/')
  const prefix = [`${policy}/`, `${withoutCluster.join('/')}/`].find(one => value.startsWith(one)) ?? ''
  const runId = value.slice(prefix.length)
  if (/[@:*?]/.test(runId)) throw new InvalidInputError(`${expected}, got ${value}`)
  if (runId === '' || runId.includes('/'))
    throw new InvalidInputError(`${expected}, got ${value}: what another policy deleted is restored by that policy`)
  return { runId }
}
