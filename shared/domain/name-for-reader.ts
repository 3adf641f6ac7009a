/** Whose an object is. */
export interface OwningNamespace {
  readonly cluster: string
  readonly namespace: string
}

export const isSameNamespace = (a: OwningNamespace, b: OwningNamespace): boolean =>
  a.cluster === b.cluster && a.namespace === b.namespace

/** Takes the place of a name that may not be shown. */
export const anotherNamespace = 'an object of another namespace'

/**
 * The name as the people of a namespace may see it: in full only where it is their own. What is written into a cluster
 * (statuses, Events, conditions, messages of runs) may be read by whoever may read there, and names nothing of others.
 */
export const nameForReader = (reader: OwningNamespace, owner: OwningNamespace, name: string): string =>
  isSameNamespace(reader, owner) ? name : anotherNamespace
