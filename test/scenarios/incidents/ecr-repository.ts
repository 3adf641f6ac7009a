import type { Digest } from '../../../shared/domain/digest.ts'
import type { EcrAnswer, EcrCall } from '../../shared/adapters/registry/ecr/fake-ecr.ts'
import { sha256 } from '../../shared/adapters/registry/fake-registry.ts'

const ociManifest = 'application/vnd.oci.image.manifest.v1+json'
const ociIndex = 'application/vnd.oci.image.index.v1+json'
const maxIds = 100

interface EcrImage {
  readonly digest: Digest
  readonly text: string
  readonly mediaType: string
  readonly pushedAt: Date
  readonly tags: Set<string>
  isArchived?: boolean
}

interface ImageId {
  readonly imageTag?: string
  readonly imageDigest?: string
}

/**
 * One repository of ECR as its documentation and its users describe it: pages of a hundred, at most a hundred
 * identifiers a call, a push time that no later tag renews, an image that goes with its last tag, and failures in an
 * answer that is a success.
 */
export class EcrRepository {
  readonly #images = new Map<Digest, EcrImage>()

  /** Pushes an image, or an index of images, under a tag; a digest that is there keeps its push time. */
  push(tag: string | undefined, seed: string, pushedAt: Date, children: readonly Digest[] = []): Digest {
    const mediaType = children.length > 0 ? ociIndex : ociManifest
    const content =
      children.length > 0
        ? { manifests: children.map(digest => ({ mediaType: ociManifest, digest, size: 1 })) }
        : { config: { mediaType: 'application/json', digest: sha256(seed), size: seed.length }, layers: [] }
    const text = JSON.stringify({ schemaVersion: 2, mediaType, ...content, annotations: { seed } })
    const digest = sha256(text)
    const image = this.#images.get(digest) ?? { digest, text, mediaType, pushedAt, tags: new Set<string>() }
    this.#images.set(digest, image)
    if (tag !== undefined) {
      for (const other of this.#images.values()) other.tags.delete(tag)
      image.tags.add(tag)
    }
    return digest
  }

  /** As lifecycle rules do: it is listed, and handed out no more. */
  archive(digest: Digest): void {
    const image = this.#images.get(digest)
    if (image) image.isArchived = true
  }

  has(reference: string): boolean {
    return (
      this.#find(reference.startsWith('sha256:') ? { imageDigest: reference } : { imageTag: reference }) !== undefined
    )
  }

  get size(): number {
    return this.#images.size
  }

  readonly answer = ({ operation, input }: EcrCall): EcrAnswer => {
    const ids = (input.imageIds as ImageId[] | undefined) ?? []
    if (ids.length > maxIds) return { error: 'InvalidParameterException' }
    if (operation === 'DescribeImages') return ids.length > 0 ? this.#describe(ids) : this.#page(input.nextToken)
    if (operation === 'BatchGetImage') return this.#get(ids)
    if (operation === 'BatchDeleteImage') return this.#delete(ids)
    if (operation === 'ListImageReferrers') return { body: { referrers: [] } }
    return { error: 'LayersNotFoundException' }
  }

  #find({ imageTag, imageDigest }: ImageId): EcrImage | undefined {
    const images = [...this.#images.values()]
    const found = images.find(({ digest, tags }) => (imageDigest ? digest === imageDigest : tags.has(imageTag ?? '')))
    return imageTag && imageDigest && !found?.tags.has(imageTag) ? undefined : found
  }

  #describe(ids: readonly ImageId[]): EcrAnswer {
    const found = ids.flatMap(id => this.#find(id) ?? [])
    return found.length < ids.length
      ? { error: 'ImageNotFoundException' }
      : { body: { imageDetails: found.map(detailOf) } }
  }

  #page(token: unknown): EcrAnswer {
    const from = Number(token ?? 0)
    const images = [...this.#images.values()]
    const nextToken = from + maxIds < images.length ? { nextToken: String(from + maxIds) } : {}
    return { body: { imageDetails: images.slice(from, from + maxIds).map(detailOf), ...nextToken } }
  }

  #get(ids: readonly ImageId[]): EcrAnswer {
    const found = ids.flatMap(id => this.#find(id) ?? []).filter(image => !image.isArchived)
    const failures = ids.flatMap(imageId => {
      const image = this.#find(imageId)
      if (image && !image.isArchived) return []
      return [{ imageId, failureCode: image ? 'ImageInaccessible' : 'ImageNotFound' }]
    })
    const images = found.map(({ digest, text, mediaType }) => ({
      imageId: { imageDigest: digest },
      imageManifest: text,
      imageManifestMediaType: mediaType,
    }))
    return { body: { images, failures } }
  }

  #delete(ids: readonly ImageId[]): EcrAnswer {
    const imageIds: ImageId[] = []
    const failures: object[] = []
    for (const id of ids) {
      const image = this.#find(id)
      const failureCode = image ? this.#refusal(image, id) : 'ImageNotFound'
      if (!image || failureCode) {
        failures.push({ imageId: id, failureCode })
        continue
      }
      if (id.imageTag) image.tags.delete(id.imageTag)
      if (!id.imageTag || image.tags.size === 0) this.#images.delete(image.digest)
      imageIds.push({ ...id, imageDigest: image.digest })
    }
    return { body: { imageIds, failures } }
  }

  #refusal(image: EcrImage, { imageTag }: ImageId): string | undefined {
    const goes = !imageTag || image.tags.size === 1
    const isChild = [...this.#images.values()].some(one => one !== image && one.text.includes(image.digest))
    return goes && isChild ? 'ImageReferencedByManifestList' : undefined
  }
}

const detailOf = ({ digest, tags, pushedAt, mediaType, isArchived }: EcrImage) => ({
  imageStatus: isArchived ? 'ARCHIVED' : 'ACTIVE',
  imageDigest: digest,
  ...(tags.size > 0 && { imageTags: [...tags] }),
  imagePushedAt: pushedAt.getTime() / 1000,
  imageManifestMediaType: mediaType,
})
