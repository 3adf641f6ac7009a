/** The word where this version has it; undefined for one of a later version, which an API of this one would refuse. */
export const knownWord = <W extends string>(words: readonly W[], word: W): W | undefined =>
  words.includes(word) ? word : undefined
