import type { Digest } from '../../../shared/domain/digest.ts'
import type { EcrAnswer, EcrCall } from '../../shared/adapters/registry/ecr/fake-ecr.ts'
import { sha256 } from '../../shared/adapters/registry/fake-registry.ts'
import { EcrExclusions } from './ecr-exclusions.ts'

const ociManifest = 'application/vnd.oci.image.manifest.v1+json'
const ociIndex = 'application/vnd.oci.image.index.v1+json'
const maxIds = 100
const [usualPage, largestPage] = [100, 1_000]

interface EcrImage {
  readonly digest: Digest
  readonly text: string
  readonly mediaType: string
  readonly pushedAt: Date
  readonly tags: Set<string>
  status: 'ACTIVE' | 'ARCHIVED' | 'ACTIVATING' | 'HIDDEN'
  pulledAt?: Date
  archivedAt?: Date
  activatedAt?: Date
}

interface ImageId {
  readonly imageTag?: string
  readonly imageDigest?: string
}

/**
 * One repository of ECR as its documentation and its users describe it: pages of a hundred, or of up to a thousand where
 * asked for, at most a hundred identifiers a call, a push time that no later tag renews, an image that goes with its last tag, failures in an answer
 * that is a success, a pull time that each BatchGetImage sets unless its role is excluded, and archived images, which are
 * described where they are asked for and handed out nowhere.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive-image.html
 */
export class EcrRepository {
  readonly exclusions = new EcrExclusions()
  /** What the registry's clock says. */
  now: () => Date = () => new Date(0)
  /** By which code an archived image is refused: the documentation names the first, and says that a pull gets a 404. */
  refusal: 'ImageInaccessible' | 'ImageNotFound' = 'ImageInaccessible'
  /** Whose storage class it changes for nobody. */
  readonly unmovable = new Set<Digest>()
  readonly #images = new Map<Digest, EcrImage>()
  /** Undefined for none, `denied` where the caller may not read it. */
  lifecyclePolicy: object | 'denied' | undefined

  /** Pushes an image, or an index of images, under a tag; a digest that is there keeps its push time, and is active. */
  push(tag: string | undefined, seed: string, pushedAt: Date, children: readonly Digest[] = []): Digest {
    const mediaType = children.length > 0 ? ociIndex : ociManifest
    const content =
      children.length > 0
        ? { manifests: children.map(digest => ({ mediaType: ociManifest, digest, size: 1 })) }
        : { config: { mediaType: 'application/json', digest: sha256(seed), size: seed.length }, layers: [] }
    const text = JSON.stringify({ schemaVersion: 2, mediaType, ...content, annotations: { seed } })
    return this.store({ text, mediaType }, tag, pushedAt)
  }

  /** A manifest as it was pushed. */
  store({ text, mediaType }: Pick<EcrImage, 'text' | 'mediaType'>, tag: string | undefined, pushedAt: Date): Digest {
    const digest = sha256(text)
    const fresh = { digest, text, mediaType, pushedAt, tags: new Set<string>(), status: 'ACTIVE' } satisfies EcrImage
    const image = this.#images.get(digest) ?? fresh
    this.#images.set(digest, image)
    if (image.status !== 'ACTIVE') this.activate(digest)
    if (tag !== undefined) {
      for (const other of this.#images.values()) other.tags.delete(tag)
      image.tags.add(tag)
    }
    return digest
  }

  /** Somebody else pulls it. */
  pull(digest: Digest, at: Date): void {
    this.#of(digest).pulledAt = at
  }

  pullTag(tag: string, at: Date): void {
    const image = this.#find({ imageTag: tag })
    if (image) this.pull(image.digest, at)
  }

  isOn(tag: string, digest: Digest): boolean {
    return this.#find({ imageTag: tag })?.digest === digest
  }

  /** As lifecycle rules do: it is listed, and handed out no more. */
  archive(digest: Digest): void {
    Object.assign(this.#of(digest), { status: 'ARCHIVED', archivedAt: this.now() })
  }

  /** Somebody asked for it by UpdateImageStorageClass, which takes up to twenty minutes. */
  restoring(digest: Digest): void {
    this.#of(digest).status = 'ACTIVATING'
  }

  /** Answers for a while as if it were not there. */
  hide(digest: Digest): void {
    this.#of(digest).status = 'HIDDEN'
  }

  /** What UpdateImageStorageClass begins is done, or it was pushed again. */
  activate(digest: Digest): void {
    Object.assign(this.#of(digest), { status: 'ACTIVE', activatedAt: this.now() })
  }

  statusOf(digest: Digest): EcrImage['status'] {
    return this.#of(digest).status
  }

  has(reference: string): boolean {
    return (
      this.#find(reference.startsWith('sha256:') ? { imageDigest: reference } : { imageTag: reference }) !== undefined
    )
  }

  digests(): Digest[] {
    return [...this.#images.keys()]
  }

  get size(): number {
    return this.#images.size
  }

  readonly answer = (call: EcrCall): EcrAnswer => {
    const { operation, input } = call
    const ids = (input.imageIds as ImageId[] | undefined) ?? []
    if (ids.length > maxIds) return { error: 'InvalidParameterException' }
    if (operation === 'DescribeImages') return this.#describe(ids, input)
    if (operation === 'BatchGetImage') return this.#get(ids, call.principal)
    if (operation === 'BatchDeleteImage') return this.#delete(ids)
    if (operation === 'UpdateImageStorageClass') return this.#move(input)
    if (operation === 'GetLifecyclePolicy') return this.#policy()
    if (operation === 'ListImageReferrers') return this.#referrers(input)
    return this.exclusions.answer(call) ?? { error: 'LayersNotFoundException' }
  }

  /** What a delete by this identifier takes off: a digest, or a tag alone; undefined where it is refused. */
  goesBy(id: ImageId): string | undefined {
    const image = this.#find(id)
    if (!image || this.#refusal(image, id)) return undefined
    return id.imageTag && image.tags.size > 1 ? id.imageTag : image.digest
  }

  #of(digest: Digest): EcrImage {
    const image = this.#images.get(digest)
    if (!image) throw new Error(`expected ${digest} to be there`)
    return image
  }

  #policy(): EcrAnswer {
    if (this.lifecyclePolicy === 'denied') return { error: 'AccessDeniedException' }
    if (this.lifecyclePolicy === undefined) return { error: 'LifecyclePolicyNotFoundException' }
    return { body: { lifecyclePolicyText: JSON.stringify(this.lifecyclePolicy) } }
  }

  #find({ imageTag, imageDigest }: ImageId): EcrImage | undefined {
    const images = [...this.#images.values()].filter(({ status }) => status !== 'HIDDEN')
    const found = images.find(({ digest, tags }) => (imageDigest ? digest === imageDigest : tags.has(imageTag ?? '')))
    return imageTag && imageDigest && !found?.tags.has(imageTag) ? undefined : found
  }

  /** Without a filter only active images are described. */
  #describe(ids: readonly ImageId[], { filter, nextToken, maxResults }: EcrCall['input']): EcrAnswer {
    const { imageStatus = 'ACTIVE' } = (filter ?? {}) as { imageStatus?: string }
    const isShown = ({ status }: EcrImage) => status === imageStatus || (imageStatus === 'ANY' && status !== 'HIDDEN')
    const size = Number(maxResults ?? usualPage)
    if (size > largestPage) return { error: 'InvalidParameterException' }
    if (ids.length === 0) return this.#page(nextToken, [...this.#images.values()].filter(isShown), size)
    const found = ids.flatMap(id => this.#find(id) ?? []).filter(isShown)
    return found.length < ids.length
      ? { error: 'ImageNotFoundException' }
      : { body: { imageDetails: found.map(detailOf) } }
  }

  #page(token: unknown, images: readonly EcrImage[], size: number): EcrAnswer {
    const from = Number(token ?? 0)
    const nextToken = from + size < images.length ? { nextToken: String(from + size) } : {}
    return { body: { imageDetails: images.slice(from, from + size).map(detailOf), ...nextToken } }
  }

  #referrers({ subjectId }: EcrCall['input']): EcrAnswer {
    const { imageDigest } = (subjectId ?? {}) as ImageId
    const referrers = [...this.#images.values()].flatMap(({ digest, mediaType, text }) => {
      const { subject, artifactType } = JSON.parse(text)
      return subject?.digest === imageDigest ? [{ digest, mediaType, artifactType }] : []
    })
    return { body: { referrers } }
  }

  #get(ids: readonly ImageId[], principal: string): EcrAnswer {
    const isActive = (image: EcrImage | undefined): image is EcrImage => image?.status === 'ACTIVE'
    const found = ids.map(id => this.#find(id)).filter(isActive)
    const failures = ids.flatMap(imageId => {
      const image = this.#find(imageId)
      return isActive(image) ? [] : [{ imageId, failureCode: image ? this.refusal : 'ImageNotFound' }]
    })
    if (!this.exclusions.has(principal)) for (const image of found) image.pulledAt = this.now()
    const images = found.map(({ digest, text, mediaType }) => ({
      imageId: { imageDigest: digest },
      imageManifest: text,
      imageManifestMediaType: mediaType,
    }))
    return { body: { images, failures } }
  }

  /** Whether it refuses what is there already nothing says: whoever asks has to live with the one and the other. */
  #move({ imageId, targetStorageClass }: EcrCall['input']): EcrAnswer {
    const image = this.#find(imageId as ImageId)
    if (!image) return { error: 'ImageNotFoundException' }
    const from = { ARCHIVE: 'ACTIVE', STANDARD: 'ARCHIVED' }[String(targetStorageClass)]
    if (from === undefined) return { error: 'InvalidParameterException' }
    if (image.status !== from || this.unmovable.has(image.digest))
      return { error: 'ImageStorageClassUpdateNotSupportedException' }
    if (targetStorageClass === 'ARCHIVE') this.archive(image.digest)
    else this.restoring(image.digest)
    return { body: { imageId: { imageDigest: image.digest }, imageStatus: image.status } }
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
    const isChild = [...this.#images.values()].some(
      one => one.mediaType !== ociManifest && childrenOf(one).includes(image.digest),
    )
    return goes && isChild ? 'ImageReferencedByManifestList' : undefined
  }
}

const childrenOf = ({ text }: EcrImage): string[] =>
  ((JSON.parse(text).manifests ?? []) as { digest: string }[]).map(child => child.digest)

const secondsOf = (at: Date): number => at.getTime() / 1000

const detailOf = (image: EcrImage) => ({
  imageStatus: image.status,
  imageDigest: image.digest,
  ...(image.tags.size > 0 && { imageTags: [...image.tags] }),
  imagePushedAt: secondsOf(image.pushedAt),
  ...(image.pulledAt && { lastRecordedPullTime: secondsOf(image.pulledAt) }),
  ...(image.archivedAt && { lastArchivedAt: secondsOf(image.archivedAt) }),
  ...(image.activatedAt && { lastActivatedAt: secondsOf(image.activatedAt) }),
  imageManifestMediaType: image.mediaType,
})
