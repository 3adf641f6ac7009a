import type { PodObject, PodSpecObject, PodStatusObject, RevisionObject } from './workload-objects.ts'

/** Every image that a pod spec or pod template names, as it is spelled there: containers of all kinds and image volumes. */
export function imagesOfPodSpec(spec: PodSpecObject | null | undefined): string[] {
  const containers = containersOf(spec).map(container => container.image)
  const volumes = (spec?.volumes ?? []).map(volume => volume.image?.reference)
  return distinct([...containers, ...volumes])
}

/**
 * Of the images of a pod spec those that a node pulls only where it has none. Images by digest are left out: they mean the same
 * everywhere.
 */
export const imagesIfNotPresent = (spec: PodSpecObject | null | undefined): string[] =>
  distinct(
    containersOf(spec).map(({ image, imagePullPolicy }) =>
      imagePullPolicy === 'IfNotPresent' && image?.includes('@') !== true ? image : undefined,
    ),
  )

/** True for what another object makes after its own template, which is listed as well. */
export const isOwned = ({ ownerReferences }: PodObject['metadata']): boolean =>
  ownerReferences?.some(({ controller }) => controller === true) ?? false

/**
 * Every image that the kubelet reports to run: the resolved name and the imageID of every container status.
 *
 * An imageID names the repository that the runtime happens to know the digest by, which may be another one than the pod
 * asked for when both hold the image; so the digest is given in the pod's own repository too.
 */
export function imagesOfPodStatus(
  spec: PodSpecObject | null | undefined,
  status: PodStatusObject | null | undefined,
): string[] {
  const asked = new Map(containersOf(spec).map(container => [container.name, container.image]))
  const statuses = [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ]
  return distinct(
    statuses.flatMap(({ name, image, imageID }) => {
      const running = withoutScheme(imageID ?? '')
      return [image, running, inAskedRepository(asked.get(name), running)]
    }),
  )
}

/** The pod templates that a ControllerRevision may carry: StatefulSets and DaemonSets store a patch of their template. */
export const imagesOfRevision = (revision: RevisionObject): string[] =>
  imagesOfPodSpec(revision.data?.spec?.template?.spec)

type Revision = Pick<RevisionObject, 'metadata' | 'revision'>

/**
 * The names of the revisions that their owner has moved on from: all but the highest number of each owner. A revision
 * that was rolled back to gets a new, higher number.
 */
export function oldRevisions<T extends Revision>(revisions: readonly T[]): ReadonlySet<T> {
  const newest = new Map<string, number>()
  for (const revision of revisions) {
    const owner = ownerOf(revision)
    newest.set(owner, Math.max(newest.get(owner) ?? 0, revision.revision))
  }
  return new Set(revisions.filter(revision => revision.revision < (newest.get(ownerOf(revision)) ?? 0)))
}

const ownerOf = ({ metadata }: Revision): string =>
  metadata.ownerReferences?.find(reference => reference.controller)?.uid ?? `${metadata.namespace}/${metadata.name}`

const containersOf = (spec: PodSpecObject | null | undefined) => [
  ...(spec?.initContainers ?? []),
  ...(spec?.containers ?? []),
  ...(spec?.ephemeralContainers ?? []),
]

// `docker-pullable://host/app@sha256:…`, as the docker shim wrote it.
const withoutScheme = (imageId: string): string => imageId.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')

// A bare `sha256:…` names a config, not a manifest, and gets no repository.
function inAskedRepository(asked: string | null | undefined, running: string): string | undefined {
  const at = running.lastIndexOf('@')
  return asked && at > 0 ? `${repositoryOf(asked)}${running.slice(at)}` : undefined
}

const repositoryOf = (image: string): string => image.replace(/@.*$/, '').replace(/:[^:/]*$/, '')

const distinct = (images: readonly (string | null | undefined)[]): string[] => [
  ...new Set(images.flatMap(image => image || [])),
]
