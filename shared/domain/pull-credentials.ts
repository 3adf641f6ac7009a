import * as z from 'zod'

/** User name and password, or a token in its place. */
export const credential = z.object({ username: z.string(), password: z.string().min(1) })
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

/** The JSON text that {@link storedCredentials} reads. */
export const credentialsText = ({ whole, paths }: PullCredentials): string =>
  JSON.stringify({ ...whole, ...(paths.size > 0 && { paths: Object.fromEntries(paths) }) })
