import type { AwsKind } from '../../domain/aws-services.ts'

/** An image and the workload that names it, before the source, the kind and the time are added. */
export interface WorkloadImages {
  readonly name: string
  readonly image: string
  readonly rollback?: boolean
}

/** The same, with the kind of what names it. */
export interface KindImages extends WorkloadImages {
  readonly kind: AwsKind
}

/** `host/app:v1` and the digest that AWS found under it, as one name: `host/app:v1@sha256:…`. */
export const atDigest = (image: string, digest: string | undefined): string =>
  digest === undefined || image.includes('@') ? image : `${image}@${digest}`

/** An image as it was asked for and as it was resolved: one name where both are of one repository, else both. */
export function namesOfImage(asked: string | undefined, resolved: string | undefined): string[] {
  if (asked === undefined || resolved === undefined) return [asked, resolved].flatMap(one => one ?? [])
  const [repository, digest] = resolved.split('@', 2)
  return repositoryOf(asked) === repository ? [atDigest(asked, digest)] : [asked, resolved]
}

const repositoryOf = (image: string): string => image.replace(/@.*$/, '').replace(/:[^:/]*$/, '')

/** Any image of its repository: what it is of that is only known to `whose`. */
export const anyOf = (image: string, whose: string): string => `${repositoryOf(image)}:${placeholderOf(whose)}`

/** What takes the place of a part of a name that is not known, as `findReferred` reads it. */
export const placeholderOf = (whose: string): string => `\${${whose}}`
