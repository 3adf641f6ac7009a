import type { KubernetesObject, KubernetesObjectApi } from '@kubernetes/client-node'
import { type ImageToPush, type PushedImage, pushImage } from '../../cli/embedded/registry/push-image.ts'

/** A running installation with everything around it, whatever it is made of. */
export interface World {
  readonly registryUrl: string
  /** As Kubernetes objects spell the registry. */
  readonly registryHost: string
  readonly kubeconfigPath: string
  /** Without the provider: `http://127.0.0.1:7442/webhook`. */
  readonly webhookUrl: string
  readonly webhookSecret: string
  /** May do everything. */
  readonly client: KubernetesObjectApi
}

/** What a scenario has of its own, so that scenarios can run beside each other. */
export interface Scene {
  readonly world: World
  readonly namespace: string
  /** Path of its repository. */
  readonly repository: string
}

export type ObjectWithStatus = KubernetesObject & { status?: Record<string, unknown> }

/** Everything that an image can be: without it a registry may answer 404 for an index. */
export const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ')

export const push = (scene: Scene, image: Omit<ImageToPush, 'repository'>): Promise<PushedImage> =>
  pushImage(scene.world.registryUrl, { ...image, repository: scene.repository })

/** Pushes one tag after the other. */
export async function pushTags(scene: Scene, ...tags: readonly string[]): Promise<Record<string, PushedImage>> {
  const pushed: Record<string, PushedImage> = {}
  for (const tag of tags) pushed[tag] = await push(scene, { tag })
  return pushed
}

const manifestUrl = ({ world, repository }: Scene, reference: string) =>
  `${world.registryUrl}/v2/${repository}/manifests/${reference}`

/** What the registry answers for each of these tags or digests: 200 or 404. */
export async function answersFor(scene: Scene, ...references: readonly string[]): Promise<Record<string, number>> {
  const answers: Record<string, number> = {}
  for (const reference of references) {
    const response = await fetch(manifestUrl(scene, reference), { method: 'HEAD', headers: { accept: manifestTypes } })
    answers[reference] = response.status
  }
  return answers
}

export async function listTags({ world, repository }: Scene): Promise<string[]> {
  const response = await fetch(`${world.registryUrl}/v2/${repository}/tags/list`)
  const { tags } = (await response.json()) as { tags?: string[] | null }
  return (tags ?? []).sort()
}

/** Deletes by digest, as any registry's users can: every tag on it goes with it. */
export async function deleteManifest(scene: Scene, digest: string): Promise<void> {
  const response = await fetch(manifestUrl(scene, digest), { method: 'DELETE' })
  if (response.status !== 202) throw new Error(`expected 202 for the deletion of ${digest}, got ${response.status}`)
}
