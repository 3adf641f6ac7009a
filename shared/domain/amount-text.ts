/** `1 image`, `2 images`, `3 days`, `0 repositories`: of what is counted, in the singular. */
export const amountText = (amount: number, of: string): string =>
  `${amount} ${amount === 1 ? of : `${of}s`.replace(/(?<![aeiou])ys$/, 'ies')}`
