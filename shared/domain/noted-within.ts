/**
 * What a sync records stands there as of when it began, or its slice did: it may go on for a quarter of an hour, and the
 * clocks may be a little apart.
 */
export const notedWithinMs = 16 * 60_000
