/** The value where this version has it; undefined for one of a later version, which an API of this one would refuse. */
export const knownValue = <V extends string>(known: readonly V[], value: V): V | undefined =>
  known.includes(value) ? value : undefined
