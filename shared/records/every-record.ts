import type { ImageRecord, TagRecord } from '../domain/records/images.ts'
import type { ListOptions, Store } from '../ports/store.ts'

/** Every tag of a repository that is remembered, also those that were put away; or a part of each. */
export async function listEveryTag(
  repository: string,
  store: Pick<Store, 'listTags' | 'listGoneTags'>,
  options?: ListOptions,
): Promise<TagRecord[]> {
  const [tags, gone] = await Promise.all([store.listTags(repository, options), store.listGoneTags(repository, options)])
  return [...new Map([...gone, ...tags].map(tag => [tag.tag, tag])).values()]
}

/** The same of images. */
export async function listEveryImage(
  repository: string,
  store: Pick<Store, 'listImages' | 'listGoneImages'>,
  options?: ListOptions,
): Promise<ImageRecord[]> {
  const [images, gone] = await Promise.all([
    store.listImages(repository, options),
    store.listGoneImages(repository, options),
  ])
  return [...new Map([...gone, ...images].map(image => [image.digest, image])).values()]
}
