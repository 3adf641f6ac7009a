const start = 'sha256:'.length

/** As much of a digest as people need to tell it from others: 12 digits, as `docker` shows. */
export const shortDigest = (digest: string): string => digest.slice(start, start + 12)
