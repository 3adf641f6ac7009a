/** A piece of a text: what can be read, or one character that cannot be seen or turns others round. */
export interface TextPart {
  readonly text: string
  readonly isHidden: boolean
}

// Controls, bidi and other format characters, line separators, lone surrogates, and what fonts draw as nothing.
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u

/** Names come from clusters and registries and may hold anything: what would not be seen is spelled as `U+202E`. */
export function partsOf(text: string): TextPart[] {
  const parts: TextPart[] = []
  let plain = ''
  const flush = () => {
    if (plain !== '') parts.push({ text: plain, isHidden: false })
    plain = ''
  }
  for (const character of text) {
    if (!hidden.test(character)) {
      plain += character
      continue
    }
    flush()
    parts.push({ text: codePointText(character), isHidden: true })
  }
  flush()
  return parts
}

const codePointText = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

/** The same in one string, for titles, labels and options, which hold no elements. */
export const plainText = (text: string): string =>
  partsOf(text)
    .map(part => (part.isHidden ? `[${part.text}]` : part.text))
    .join('')

/** A digest as people read it: `sha256:` and twelve digits. */
export const shortDigest = (digest: string): string => digest.slice(0, 'sha256:'.length + 12)

/** A sentence in which digests stand, each as short. */
export const withShortDigests = (text: string): string => text.replaceAll(/sha256:[0-9a-f]{64}/g, shortDigest)
