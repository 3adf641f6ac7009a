/**
 * What a policy covers: the tags that a Repository object brings, and the untagged digests (`tag` undefined) of the
 * repositories that an object without a tag brings. What is not covered is never touched.
 */
export interface TagScope {
  covers(repository: string, tag: string | undefined): boolean
}
