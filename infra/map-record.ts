/** A record with the same keys, in the same order. */
export const mapRecord = <K extends string, V, R>(
  record: Readonly<Record<K, V>>,
  to: (key: K, value: V) => R,
): Record<K, R> =>
  Object.fromEntries(Object.entries<V>(record).map(([key, value]) => [key, to(key as K, value)])) as Record<K, R>
