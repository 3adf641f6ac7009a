/**
 * The names of a repository's objects by the tag that each tracks, `''` for objects without a tag: the object's name,
 * its name without `-<tag>`, its labels `app` and `app.kubernetes.io/name`. The names that follow from the
 * repository's path need not be listed.
 */
export type ObjectNames = ReadonlyMap<string, readonly string[]>
