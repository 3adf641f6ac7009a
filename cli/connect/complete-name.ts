import { parseImageName } from '../../shared/domain/image-name.ts'
import { canonicalParts } from '../../shared/domain/repository-id.ts'
import { quoted } from '../../shared/domain/repository-name.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { listEveryImage } from '../../shared/records/every-record.ts'
import { hasHost, type KnownRepositories, repositoryByPath } from './known-repositories.ts'

/** What stands behind the `@` of an image as `history` prints it: the first digits of its digest, four at least. */
const begunDigest = /^(.+)@(?:sha256:)?([0-9a-f]{4,64})$/i
const shownMatches = 3

/**
 * The full name of an image as a person wrote it: with its registry, where one repository alone has that path or that last
 * part of it; and with its whole digest, where one image alone has a digest that begins so. Text that is whole comes back
 * as it is. `byLastPart` is false where another repository of that last part may be meant that nothing tracks any more. Throws InvalidInputError with what is known, where that is none or several.
 */
export async function completeName(
  text: string,
  installation: KnownRepositories,
  { byLastPart = true }: { readonly byLastPart?: boolean } = {},
): Promise<string> {
  const [, named, hex] = begunDigest.exec(text) ?? []
  if (named === undefined || hex === undefined) return withHost(text, installation, byLastPart)
  const whole = await withHost(named, installation, byLastPart)
  const name = parseImageName(whole)
  if (name.repository === undefined) return text
  const { registry, path } = canonicalParts(name.host, name.path, installation.rulebook)
  return `${whole}@${await wholeDigest(`${registry}/${path}`, hex.toLowerCase(), installation)}`
}

async function withHost(text: string, installation: KnownRepositories, byLastPart: boolean): Promise<string> {
  const name = parseImageName(text)
  if (name.repository === undefined || hasHost(name, text)) return text
  const repository = await repositoryByPath(name.path, text, installation, byLastPart)
  const label = /[:@][^/]*$/.exec(text.slice(text.lastIndexOf('/') + 1))?.[0] ?? ''
  return `${repository}${label}`
}

/** Digests are read in their order from the one that is begun, so that a large repository costs no more than a small one. */
async function wholeDigest(repository: string, hex: string, { store }: KnownRepositories): Promise<string> {
  const begun = `sha256:${hex}`
  if (hex.length === 64) return begun
  const next = await listEveryImage(repository, store, { after: begun, limit: shownMatches })
  const begunSo = next.map(({ digest }) => digest).filter(digest => digest.startsWith(begun))
  const [only, ...others] = begunSo.sort().slice(0, shownMatches)
  if (only === undefined)
    throw new InvalidInputError(
      `expected a digest of ${repository} or how one begins, found none that begins with ${quoted(hex)}`,
    )
  if (others.length === 0) return only
  throw new InvalidInputError(
    `expected as many digits as tell the digests of ${repository} apart, got ${quoted(hex)}, with which begin ${[only, ...others].join(', ')}`,
  )
}
