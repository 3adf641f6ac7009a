/**
 * What a policy covers: the tags that a Repository object tracks, and the untagged digests (`tag` undefined) of the
 * repositories that an object without a tag tracks. What is not covered is never touched.
 */
export interface TagScope {
  covers(repository: string, tag: string | undefined): boolean
  /**
   * True for a digest that a sweep of the policy deleted: what is about it is deleted as well, even after a sweep was
   * killed.
   */
  deleted?(repository: string, digest: string): boolean
}
