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
export const nameGlob = z
  .string()
  .regex(/^[a-z0-9*]([-a-z0-9.*]*[a-z0-9*])?$/, 'expected a name in lower case, with * for any run of characters')
  .refine(glob => !glob.includes('**'), 'expected * where a name may have any run of characters, and no **')

/** `{namespace}`, and `{label:KEY}` for a label of the namespace; each is one whole segment of a path. */
const placeholderPattern =
  /^\{(?:namespace|label:((?:[a-z0-9][-a-z0-9.]*\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?))\}$/

/** The segments of a pattern of paths. The slash within `{label:example.com/team}` is of the key and parts nothing. */
const segmentsOf = (glob: string): string[] => glob.split(/\/(?![^{}]*\})/)

/** The keys of labels that patterns of paths stand on. */
export const labelKeysOf = (repositories: readonly string[]): string[] => [
  ...new Set(
    repositories.flatMap(glob => segmentsOf(glob).flatMap(segment => placeholderPattern.exec(segment)?.[1] ?? [])),
  ),
]

const isPlaceholder = (segment: string): boolean => placeholderPattern.test(segment)

/** True where a pattern of paths says `{namespace}` or `{label:KEY}`. */
export const hasPlaceholder = (glob: string): boolean => segmentsOf(glob).some(isPlaceholder)

/** The pattern with other text for its placeholders. */
export const withPlaceholdersAs = (glob: string, text: string): string =>
  segmentsOf(glob)
    .map(segment => (isPlaceholder(segment) ? text : segment))
    .join('/')

/**
 * The pattern for one namespace; undefined where a label that it stands on is absent or empty, or no segment of a path:
 * such a label grants nothing, and nothing in it is a wildcard.
 */
export function expandGlob(
  glob: string,
  namespace: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
): string | undefined {
  const segments = segmentsOf(glob).map(segment => {
    if (!isPlaceholder(segment)) return segment
    const key = placeholderPattern.exec(segment)?.[1]
    const label = (name: string) => (Object.hasOwn(namespace.labels, name) ? namespace.labels[name] : undefined)
    const value = key === undefined ? namespace.name : label(key)
    return value !== undefined && /^[a-z0-9]+([._-]+[a-z0-9]+)*$/.test(value) ? value : undefined
  })
  return segments.every(segment => segment !== undefined) ? segments.join('/') : undefined
}

/** As {@link pathGlob}, with placeholders. */
const grantedPath = z.string().superRefine((glob, context) => {
  const plain = withPlaceholdersAs(glob, 'x')
  if (/[{}]/.test(plain)) return context.addIssue('expected {namespace} or {label:KEY} as a whole segment of the path')
  const parsed = pathGlob.safeParse(plain)
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
export type Grants = 'everyone' | Grant[]

/** No union of schemas: one complains of the whole, and here each line is to be complained of. */
export const grants = z
  .custom<Grants>(() => true)
  .transform((given, context): Grants => {
    if (given === 'everyone') return given
    const parsed = z.array(grant).safeParse(given)
    if (parsed.success) return parsed.data
    if (!Array.isArray(given)) context.addIssue('expected a list of grants, or the word everyone')
    // Of an issue that was already raised, zod's types ask for the input of its own kind, which nothing reads any more.
    else context.issues.push(...parsed.error.issues.map(issue => ({ ...issue, input: given }) as z.core.$ZodRawIssue))
    return z.NEVER
  })
