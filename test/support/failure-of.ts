/** What a call fails with; a text where it does not. */
export const failureOf = (sent: Promise<unknown>): Promise<unknown> =>
  sent.then(
    () => 'an answer',
    error => error,
  )
