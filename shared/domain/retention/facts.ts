import type { Image } from '../image.ts'
import { isKnown, timeText } from './listing/known-time.ts'

/** The times that a decision about an image rests on, each with its source. */
export const factsOf = (image: Image): string[] => {
  const facts: string[] = []
  const { pushedAt, pulledAt, retaggedAt, seenRunningAt, createdAt, timeSources } = image
  if (pushedAt === undefined) facts.push('push time not known')
  else addTime(facts, 'pushed', pushedAt, timeSources?.pushedAt ?? 'registry')
  if (pulledAt !== undefined) addTime(facts, 'pulled', pulledAt, timeSources?.pulledAt ?? 'registry')
  if (retaggedAt !== undefined) addTime(facts, 'retagged', retaggedAt, timeSources?.retaggedAt ?? 'registry')
  if (seenRunningAt !== undefined) addTime(facts, 'seen in use', seenRunningAt, 'usage')
  if (createdAt !== undefined && !Number.isNaN(createdAt.getTime())) {
    // Reproducible builds write any year here, so it is shown and never counts.
    facts.push(`created ${timeText(createdAt.getTime())} by image config, which is no age`)
  }
  return facts
}

const addTime = (facts: string[], what: string, time: Date, source: string): void => {
  const ms = time.getTime()
  if (Number.isNaN(ms)) facts.push(`${what} at an impossible time by ${source}, which is not counted`)
  else if (isKnown(ms)) facts.push(`${what} ${timeText(ms)} by ${source}`)
  else facts.push(`${what} ${timeText(ms)} by ${source}, before 2013-03-20 and so not counted`)
}
