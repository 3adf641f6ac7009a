import * as z from 'zod'

/**
 * User name and password, or a token in its place; `apiToken` for a registry whose own API takes another than the pair with
 * which images are pulled.
 */
export const credential = z.object({
  username: z.string(),
  password: z.string().min(1),
  apiToken: z.string().min(1).exactOptional(),
})
export type Credential = z.infer<typeof credential>

/** What may read one registry host: a credential for the whole of it, and others for a path and all that lies below. */
export interface PullCredentials {
  readonly whole?: Credential
  /** By path: `team` holds for `team/app`, and not for `teams/app`. */
  readonly paths: ReadonlyMap<string, Credential>
}

/** The credential of the nearest path that holds this repository, else that of the whole host, else none. */
export function credentialFor({ whole, paths }: PullCredentials, repository: string): Credential | undefined {
  for (let path = repository; path !== ''; path = path.slice(0, Math.max(path.lastIndexOf('/'), 0))) {
    const found = paths.get(path)
    if (found !== undefined) return found
  }
  return whole
}

/** Each credential of the host once, that of the whole host first. */
export const allCredentials = ({ whole, paths }: PullCredentials): Credential[] => {
  const all = [...(whole ? [whole] : []), ...paths.values()]
  return [...new Map(all.map(one => [JSON.stringify(one), one])).values()]
}

const byPath = z.record(z.string(), credential).transform(paths => new Map(Object.entries(paths)))

/** `{"username", "password"}` for the whole host; beside or instead of it `"paths"`, with such a pair by path. */
export const storedCredentials = z.union([
  credential
    .extend({ paths: byPath.default(() => new Map()) })
    .transform(({ paths, ...whole }): PullCredentials => ({ whole, paths })),
  z.strictObject({ paths: byPath.refine(paths => paths.size > 0) }),
])

/** Credentials with the host that they were configured for, and the uid of the object that names them. */
export interface BoundCredentials extends PullCredentials {
  readonly host: string
  readonly uid: string
}

/** What {@link storedCredentials} reads, with `"host"` and `"uid"` beside. */
export const boundCredentials = z.pipe(
  z.looseObject({ host: z.string(), uid: z.string() }),
  z.transform(({ host, uid, ...stored }, context): BoundCredentials => {
    const parsed = storedCredentials.safeParse(stored)
    if (parsed.success) return { host, uid, ...parsed.data }
    context.issues.push({ code: 'custom', message: 'expected credentials', input: undefined })
    return z.NEVER
  }),
)

/** The JSON text that {@link boundCredentials} reads. */
export const boundCredentialsText = ({ host, uid, whole, paths }: BoundCredentials): string =>
  JSON.stringify({ host, uid, ...whole, ...(paths.size > 0 && { paths: Object.fromEntries(paths) }) })
