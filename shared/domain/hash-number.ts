import { createHash } from 'node:crypto'

/** Of the whole numbers below {@link hashNumbers} one for each text, always the same, evenly spread over texts. */
export const hashNumber = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE()

export const hashNumbers = 2 ** 32
