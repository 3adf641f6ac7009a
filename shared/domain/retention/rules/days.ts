import { amountText } from '../../amount-text.ts'

/** The most days that a time rule may give. */
export const maxDays = 3650

/** `1 day`, `30 days`. */
export const daysText = (days: number): string => amountText(days, 'day')
