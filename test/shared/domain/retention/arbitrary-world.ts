import * as fc from 'fast-check'
import type { Image } from '../../../../shared/domain/image.ts'
import { randomWorld, type World } from './random-world.ts'

/**
 * Random worlds for fast-check: made in one go, which is far quicker than composing arbitraries, and shrunk by leaving
 * out one thing after the other.
 */
class ArbitraryWorld extends fc.Arbitrary<World> {
  override generate(random: fc.Random): fc.Value<World> {
    return new fc.Value(
      randomWorld(limit => random.nextInt(0, limit - 1)),
      undefined,
    )
  }

  override canShrinkWithoutContext(value: unknown): value is World {
    return typeof value === 'object' && value !== null && 'images' in value
  }

  override shrink(world: World): fc.Stream<fc.Value<World>> {
    return fc.stream(smaller(world)).map(each => new fc.Value(each, undefined))
  }
}

export const arbitraryWorld = (): fc.Arbitrary<World> => new ArbitraryWorld()

function* smaller(world: World): IterableIterator<World> {
  const { images, usage, policies, uncovered, deleted, objects } = world
  for (let part = images.length >> 1; part > 1; part >>= 1) {
    for (let at = 0; at < images.length; at += part) yield { ...world, images: images.toSpliced(at, part) }
  }
  for (const at of images.keys()) yield { ...world, images: images.toSpliced(at, 1) }
  for (const at of usage.workloads.keys()) {
    yield { ...world, usage: { ...usage, workloads: usage.workloads.toSpliced(at, 1) } }
  }
  for (const at of policies.keys()) if (policies.length > 1) yield { ...world, policies: policies.toSpliced(at, 1) }
  if (objects.length > 0) yield { ...world, objects: [] }
  if (uncovered !== undefined) {
    const { uncovered: _u, deleted: _d, ...rest } = world
    yield rest
  }
  for (const at of deleted?.keys() ?? []) yield { ...world, deleted: (deleted ?? []).toSpliced(at, 1) }
  for (const at of uncovered?.keys() ?? []) yield { ...world, uncovered: (uncovered ?? []).toSpliced(at, 1) }
  for (const [at, image] of images.entries()) {
    for (const less of smallerImages(image)) yield { ...world, images: images.with(at, less) }
  }
}

function* smallerImages(image: Image): IterableIterator<Image> {
  for (const at of image.tags.keys()) yield { ...image, tags: image.tags.toSpliced(at, 1) }
  for (const at of image.children?.keys() ?? []) yield { ...image, children: (image.children ?? []).toSpliced(at, 1) }
  const { subject, pulledAt, retaggedAt, ...rest } = image
  if (subject !== undefined) yield { ...rest, ...(pulledAt && { pulledAt }), ...(retaggedAt && { retaggedAt }) }
  if (pulledAt !== undefined || retaggedAt !== undefined) yield { ...rest, ...(subject && { subject }) }
}
