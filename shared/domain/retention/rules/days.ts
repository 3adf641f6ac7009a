/** The length of a day in a time rule, whatever a time zone does. */
export const dayMs = 86_400_000

/** The most days that a time rule may give. */
export const maxDays = 3650

/** `1 day`, `30 days`. */
export const daysText = (days: number): string => (days === 1 ? '1 day' : `${days} days`)
