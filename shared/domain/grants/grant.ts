import * as z from 'zod'
import { pathGlob } from '../name-schemas.ts'

export const rightNames = ['read', 'delete'] as const
export type Right = (typeof rightNames)[number]

/** `[read]` or `[read, delete]`: who may delete may read. */
export const rights = z
  .array(z.enum(rightNames))
  .min(1, 'expected read, or read and delete')
  .refine(all => all.includes('read'), 'expected read beside delete')

/** A name with `*` for any run of characters. */
const nameGlob = z
  .string()
  .regex(/^[a-z0-9*]([-a-z0-9.*]*[a-z0-9*])?$/, 'expected a name in lower case, with * for any run of characters')

/** `{namespace}`, and `{label:KEY}` for a label of the namespace; each is one whole segment of a path. */
const placeholderPattern = /^\{(?:namespace|label:([^{}]+))\}$/

/** The keys of labels that patterns of paths stand on. */
export const labelKeysOf = (repositories: readonly string[]): string[] => [
  ...new Set(
    repositories.flatMap(glob => glob.split('/').flatMap(segment => placeholderPattern.exec(segment)?.[1] ?? [])),
  ),
]

/** True where a pattern of paths says `{namespace}` or `{label:KEY}`. */
export const hasPlaceholder = (glob: string): boolean => glob.split('/').some(isPlaceholder)

const isPlaceholder = (segment: string): boolean => placeholderPattern.test(segment)

/**
 * The pattern for one namespace; undefined where a label that it stands on is absent or empty, or no segment of a path:
 * such a label grants nothing, and nothing in it is a wildcard.
 */
export function expandGlob(
  glob: string,
  namespace: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
): string | undefined {
  const segments = glob.split('/').map(segment => {
    if (!isPlaceholder(segment)) return segment
    const key = placeholderPattern.exec(segment)?.[1]
    const value = key === undefined ? namespace.name : namespace.labels[key]
    return value !== undefined && /^[a-z0-9]+([._-]+[a-z0-9]+)*$/.test(value) ? value : undefined
  })
  return segments.every(segment => segment !== undefined) ? segments.join('/') : undefined
}

const withoutPlaceholders = (glob: string): string =>
  glob
    .split('/')
    .map(segment => (isPlaceholder(segment) ? 'x' : segment))
    .join('/')

/** As {@link pathGlob}, with placeholders. */
const grantedPath = z.string().superRefine((glob, context) => {
  if (/[{}]/.test(withoutPlaceholders(glob)))
    return context.addIssue('expected {namespace} or {label:KEY} as a whole segment of the path')
  const parsed = pathGlob.safeParse(withoutPlaceholders(glob))
  for (const { message } of parsed.error?.issues ?? []) context.addIssue(message)
})

/** One line of a registry's `grants`: what the namespaces may do below the paths. */
export const grant = z
  .strictObject({
    /** Names of clusters; default: of every cluster. */
    clusters: z.array(nameGlob).min(1).optional(),
    namespaces: z.array(nameGlob).min(1),
    /** Paths without the host: `*` stays within a segment, `**` crosses them; `{namespace}` and `{label:KEY}` stand for one. */
    repositories: z.array(grantedPath).min(1),
    may: rights,
  })
  .refine(({ clusters, repositories }) => clusters !== undefined || !repositories.some(hasPlaceholder), {
    path: ['clusters'],
    message:
      'expected the clusters of a line with {namespace} or {label:KEY}, since whoever makes a namespace there decides about it',
  })
export type Grant = z.infer<typeof grant>

/** A registry's grants; `everyone` lets every namespace read everything, and delete nothing. */
export const grants = z.union([z.literal('everyone'), z.array(grant)])
export type Grants = z.infer<typeof grants>
