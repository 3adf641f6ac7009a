import type { Image } from '../image.ts'

/** 2013-03-20, when Docker was first shown: no image was pushed or pulled before it (retention 5, 18). */
const firstImageMs = Date.UTC(2013, 2, 20)

/** The time in milliseconds, -Infinity for one that is missing, impossible or from before there were images. */
export const knownMs = (time: Date | undefined): number => {
  const ms = time === undefined ? Number.NaN : time.getTime()
  return ms >= firstImageMs ? ms : Number.NEGATIVE_INFINITY
}

/**
 * When an image itself was last used (retention 18): the latest of push, pull, retag and being seen running. A push
 * is a use, so that nobody loses what was pushed this evening and never pulled. A time in the future counts.
 */
export const lastUsedMs = (image: Image): number =>
  Math.max(knownMs(image.pushedAt), knownMs(image.pulledAt), knownMs(image.retaggedAt), knownMs(image.seenRunningAt))

/** RFC 3339 in UTC, without fractions where they are zero. */
export const timeText = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z')
