import type { CoveredObject } from './covered-object.ts'

/**
 * Tells the namespace that an image's freed bytes are accounted to: that of the object of one of its tags, else of an
 * object for the whole repository. An image that objects of several namespaces track is accounted to the first of them
 * in the order of names, so that the shares add up; one that no object tracks (a manifest below an index) is accounted
 * to the first namespace that tracks its repository.
 */
export function owningNamespaceOf(
  covered: readonly CoveredObject[],
): (repository: string, tags: readonly string[]) => string | undefined {
  const byTag = new Map<string, string>()
  const byRepository = new Map<string, string>()
  const wholes = new Map<string, string>()
  for (const { repository, tag, object } of covered) {
    const { namespace } = object.metadata
    keepFirst(byRepository, repository, namespace)
    if (tag === undefined) keepFirst(wholes, repository, namespace)
    else keepFirst(byTag, `${repository}:${tag}`, namespace)
  }
  return (repository, tags) => {
    const [first] = tags.flatMap(tag => byTag.get(`${repository}:${tag}`) ?? []).sort()
    return first ?? wholes.get(repository) ?? byRepository.get(repository)
  }
}

function keepFirst(map: Map<string, string>, key: string, namespace: string): void {
  const before = map.get(key)
  if (before === undefined || namespace < before) map.set(key, namespace)
}
