import type { Digest } from '../../digest.ts'
import type { Image } from '../../image.ts'
import { attachedSubject } from '../versions/tag-kind.ts'

type Neighbours = readonly number[]

/**
 * Who refers to whom among the images of one repository, by place. What is referred to and not listed (sparse indexes,
 * absent subjects) is left out, and so is an image that names itself, which no content-addressed image can do.
 */
export interface ImageGraph {
  readonly children: readonly Neighbours[]
  readonly parents: readonly Neighbours[]
  /** Empty for an image that is no referrer of anything listed. */
  readonly subjects: readonly Neighbours[]
  readonly referrers: readonly Neighbours[]
  /** The place of a listed digest. */
  readonly places: ReadonlyMap<Digest, number>
}

/** The graph of a repository's images. */
export const graphOf = (images: readonly Image[]): ImageGraph => {
  const places = new Map(images.map((image, place) => [image.digest, place]))
  const children = new Edges(images.length)
  const subjects = new Edges(images.length)
  for (const [place, image] of images.entries()) {
    for (const child of image.children ?? []) children.add(place, places.get(child))
    if (image.subject !== undefined) subjects.add(place, places.get(image.subject))
    for (const tag of image.tags) {
      const subject = attachedSubject(tag)
      if (subject !== undefined) subjects.add(place, places.get(subject))
    }
  }
  return {
    children: children.from,
    parents: children.to,
    subjects: subjects.from,
    referrers: subjects.to,
    places,
  }
}

/** True for an image that names another one, listed or not; without any there is no graph to look at. */
export const refersToAny = (image: Image): boolean => {
  if (image.subject !== undefined || (image.children !== undefined && image.children.length > 0)) return true
  for (const tag of image.tags) {
    if (attachedSubject(tag) !== undefined) return true
  }
  return false
}

const noNeighbours: Neighbours = []

/** Both directions of one kind of reference; images without any share one empty list. */
class Edges {
  readonly from: number[][]
  readonly to: number[][]
  constructor(size: number) {
    this.from = new Array(size).fill(noNeighbours)
    this.to = new Array(size).fill(noNeighbours)
  }

  add(from: number, to: number | undefined): void {
    if (to === undefined || to === from) return
    append(this.from, from, to)
    append(this.to, to, from)
  }
}

const append = (lists: number[][], place: number, item: number): void => {
  const list = lists[place]
  if (list === undefined || list === noNeighbours) lists[place] = [item]
  else list.push(item)
}

/**
 * For every image above one of the seeds, through any depth, the first of the seeds that are nearest to it; seeds are
 * their own. Cycles,
 * which only forged data holds, end where they were entered.
 */
export const reachUp = (graph: ImageGraph, seeds: readonly number[]): ReadonlyMap<number, number> => {
  const origins = new Map<number, number>()
  for (const seed of seeds) origins.set(seed, seed)
  const queue = [...seeds]
  for (const place of queue) {
    const origin = origins.get(place) ?? place
    for (const parent of graph.parents[place] ?? noNeighbours) {
      if (origins.has(parent)) continue
      origins.set(parent, origin)
      queue.push(parent)
    }
  }
  return origins
}
