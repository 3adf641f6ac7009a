/** Whose an object is. */
export interface OwningNamespace {
  readonly cluster: string
  readonly namespace: string
}

export const isSameNamespace = (a: OwningNamespace, b: OwningNamespace): boolean =>
  a.cluster === b.cluster && a.namespace === b.namespace

/** What stands for each that may not be named. */
export const anotherNamespace = 'an object of another namespace'

/**
 * How something is named to the people of a namespace: in full where it is their own. What is written into a cluster
 * (statuses, Events, conditions, messages of runs) may be read by whoever may read there, and names nothing of others.
 */
export const toldTo = (reader: OwningNamespace, owner: OwningNamespace, name: string): string =>
  isSameNamespace(reader, owner) ? name : anotherNamespace
