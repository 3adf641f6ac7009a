import { dayMs } from '../../duration.ts'
import type { Image } from '../../image.ts'

/** 2013-03-20, when Docker was first shown: no image was pushed or pulled before it (retention 5, 18). */
const firstImageMs = Date.UTC(2013, 2, 20)

/** The time in milliseconds, -Infinity for one that is missing, impossible or from before there were images. */
export const knownMs = (time: Date | undefined): number => {
  const ms = time === undefined ? Number.NaN : time.getTime()
  return isKnown(ms) ? ms : Number.NEGATIVE_INFINITY
}

/** True for a time in milliseconds at which an image can have been pushed or pulled. */
export const isKnown = (ms: number): boolean => ms >= firstImageMs

/**
 * When an image itself was last used (retention 18): the latest of push, pull, retag and being seen running. A push
 * is a use, so that what was pushed this evening and never pulled is not lost. A time in the future counts.
 */
export const lastUsedMs = (image: Image): number =>
  Math.max(knownMs(image.pushedAt), knownMs(image.pulledAt), knownMs(image.retaggedAt), knownMs(image.seenRunningAt))

const days = new Map<number, string>()
const maxDays = 10_000
const twoDigits = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'))
const minutes = Array.from({ length: 24 * 60 }, (_, at) => `${twoDigits[Math.floor(at / 60)]}:${twoDigits[at % 60]}:`)
const seconds = twoDigits.map(text => `${text}Z`)

/**
 * RFC 3339 in UTC, without fractions where they are zero. A plan writes a million times within a few thousand days,
 * so the day is worded once, which is five times as fast as asking Date each time; and of three pieces, since each is gone
 * through again when the text is written.
 */
export const timeText = (ms: number): string => {
  const fraction = ms % 1000
  if (fraction !== 0) return new Date(ms).toISOString()
  const day = Math.floor(ms / dayMs)
  const second = (ms - day * dayMs) / 1000
  return `${dayText(day)}${minutes[Math.floor(second / 60)]}${seconds[second % 60]}`
}

/** With the T that follows. */
const dayText = (day: number): string => {
  const known = days.get(day)
  if (known !== undefined) return known
  const iso = new Date(day * dayMs).toISOString()
  const text = iso.slice(0, iso.indexOf('T') + 1)
  if (days.size >= maxDays) days.clear()
  days.set(day, text)
  return text
}
