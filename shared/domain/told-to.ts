/** Whose an object is. */
export interface OwningNamespace {
  readonly cluster: string
  readonly namespace: string
}

export const anotherNamespace = 'an object of another namespace'

/**
 * How something is named to the people of a namespace: in full where it is their own. What is written into a cluster
 * (statuses, Events, conditions, messages of runs) may be read by whoever may read there, and names nothing of others.
 */
export const toldTo = (reader: OwningNamespace, owner: OwningNamespace, name: string): string =>
  reader.cluster === owner.cluster && reader.namespace === owner.namespace ? name : anotherNamespace
