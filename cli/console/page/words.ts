import { humanDuration } from '../../embedded/kubernetes/age.ts'

/** `3d4h`: since a time. */
export const ageText = (at: string, now: number = Date.now()): string => humanDuration(now - Date.parse(at))

/** `3d4h ago`, or `in 3d4h`. */
export function distanceText(at: string, now: number = Date.now()): string {
  const ms = Date.parse(at) - now
  return ms > 0 ? `in ${humanDuration(ms)}` : `${humanDuration(-ms)} ago`
}
