/** The identity of a manifest or blob: `sha256:` and 64 lower-case hex digits. */
export type Digest = `sha256:${string}`

const digestPattern = /^sha256:[0-9a-f]{64}$/

/** True for a well-formed sha256 digest in lower case. Other algorithms are not supported and answer false. */
export const isDigest = (text: string): text is Digest => digestPattern.test(text)
