import { type ImageName, parseImageName } from '../../shared/domain/image-name.ts'
import { canonicalParts } from '../../shared/domain/repository-id.ts'
import { quoted } from '../../shared/domain/repository-name.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { completeName } from './complete-name.ts'
import { type KnownRepositories, requireKnown } from './known-repositories.ts'

/** An image as a person named it, in a repository that the installation knows. */
export interface NamedImage {
  /** `host/path` with the canonical host. */
  readonly repository: string
  /** Absent where only a digest was given. */
  readonly tag?: string
  readonly digest?: ImageName['digest']
}

/**
 * Reads an image as {@link completeName} completes it. Throws InvalidInputError for other text, and for an unknown
 * repository, with those that are known nearby.
 */
export async function getNamedImage(text: string, installation: KnownRepositories): Promise<NamedImage> {
  const name = parseImageName(await completeName(text, installation))
  if (name.repository === undefined)
    throw new InvalidInputError(`expected an image with its repository, as in host/path@sha256:…, got ${quoted(text)}`)
  const { registry, path } = canonicalParts(name.host, name.path, installation.rulebook)
  const repository = `${registry}/${path}`
  await requireKnown(repository, installation)
  const { tag, digest } = name
  return { repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) }
}
