import type { Image } from '../image.ts'
import { knownMs, timeText } from './known-time.ts'

/** The times that a decision about an image rests on, each with its source. */
export const factsOf = (image: Image): readonly string[] => {
  const sources = image.timeSources
  return [
    timeFact('pushed', image.pushedAt, sources?.pushedAt ?? 'registry') ?? ['push time not known'],
    timeFact('pulled', image.pulledAt, sources?.pulledAt ?? 'registry') ?? [],
    timeFact('retagged', image.retaggedAt, sources?.retaggedAt ?? 'registry') ?? [],
    timeFact('seen in use', image.seenRunningAt, 'usage') ?? [],
    createdFact(image.createdAt),
  ].flat()
}

const timeFact = (what: string, time: Date | undefined, source: string): readonly string[] | undefined => {
  if (time === undefined || Number.isNaN(time.getTime())) return undefined
  const known = knownMs(time) !== Number.NEGATIVE_INFINITY
  return [`${what} ${timeText(time.getTime())} by ${source}${known ? '' : ', before 2013-03-20 and so not counted'}`]
}

/** Reproducible builds write any year here, so it is shown and never counts. */
const createdFact = (time: Date | undefined): readonly string[] =>
  time === undefined || Number.isNaN(time.getTime())
    ? []
    : [`created ${timeText(time.getTime())} by image config, which is no age`]
