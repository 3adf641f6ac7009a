/**
 * The value of a JSON text; undefined for any other text, of which nothing is kept: the parser's own message quotes it, and
 * it may be a secret.
 */
export const findJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
