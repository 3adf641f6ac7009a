import * as z from 'zod'

/** A whole number with its limits, as the CRD states them. */
export const whole = (min: number, max: number) => {
  const error = `expected a whole number from ${min} to ${max}`
  return z.int({ error }).min(min, { error }).max(max, { error })
}

/** A text that is not empty. `what` names it in messages, article included. */
export const text = (max: number, what = 'a text') => {
  const error = `expected ${what} of 1 to ${max} characters`
  return z.string({ error }).min(1, { error }).max(max, { error })
}
