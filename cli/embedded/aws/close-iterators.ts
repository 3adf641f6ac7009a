import { AbstractKeyIterator, AbstractValueIterator } from 'abstract-level'

/**
 * The engine ends what it reads by `return` of the iterator, which those of LevelDB do not have: each query and scan would
 * leave one open, with the 4 MB of recent writes and the files it saw, until the process ends.
 */
export function closeIteratorsOnReturn(): void {
  for (const { prototype } of [AbstractKeyIterator, AbstractValueIterator])
    Object.assign(prototype, {
      return(this: { close(): Promise<void> }) {
        return this.close()
      },
    })
}
