/** `npm test` samples what `npm run test:all` tries whole. */
export const isThorough = process.env.THOROUGH === '1'

/** Every how many calls a kill point is tried; odd, since some tests treat even calls and odd ones differently. */
export const killEvery = isThorough ? 1 : 9

/** How many random worlds each law is tried on: `WORLDS` where it is set. */
export const worldsOfEachLaw = Number(process.env.WORLDS ?? (isThorough ? 10_000 : 1_000))
