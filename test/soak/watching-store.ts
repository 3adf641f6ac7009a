import type { Digest } from '../../shared/domain/digest.ts'
import { installationCredential } from '../../shared/domain/sync-credential.ts'
import type { Store } from '../../shared/ports/store.ts'
import type { RepositoryBook } from './registry-book.ts'
import { ViolationError } from './violation.ts'
import type { World } from './world.ts'

/** The same store, in which nothing is written down as gone that is there, and nobody writes of another's syncs. */
export function watchingStore(store: Store, world: () => World): Store {
  const bookOf = (repository: string): RepositoryBook | undefined => world().books.find(one => one.id === repository)
  /** Where the installation has never read, as right after an upgrade, the neighbours alone say what is there. */
  const isReadByOthers = async (repository: string) =>
    (await store.listSyncs(repository)).some(
      one => one.credential === installationCredential && one.lastSucceededAt !== undefined,
    )
  const refuse = (what: string, repository: string, digest?: Digest) => {
    world().refused.first ??= new ViolationError({ what, repository, ...(digest && { digest }) })
  }
  const by = () => (world().pipeline.syncingAs === undefined ? '' : `, by the word of ${world().pipeline.syncingAs}`)
  return {
    ...store,
    saveTag: async (draft, previous) => {
      const { repository, tag, digest, goneAt } = draft
      const isNews = goneAt !== undefined && previous !== undefined && previous.goneAt === undefined
      if (isNews && bookOf(repository)?.tags.has(tag) && (await isReadByOthers(repository)))
        refuse(`tag ${repository}:${tag} recorded as gone, and it is there${by()}`, repository, digest)
      return store.saveTag(draft, previous)
    },
    saveImage: async (draft, previous) => {
      const { repository, digest, goneAt } = draft
      const isNews = goneAt !== undefined && previous !== undefined && previous.goneAt === undefined
      if (isNews && bookOf(repository)?.manifests.has(digest) && (await isReadByOthers(repository)))
        refuse(`${repository}@${digest} recorded as gone, and it is there${by()}`, repository, digest)
      return store.saveImage(draft, previous)
    },
    saveSync: async (draft, previous) => {
      const { syncingAs } = world().pipeline
      if (syncingAs !== undefined && draft.credential !== syncingAs)
        refuse(`a sync of ${syncingAs} wrote how ${draft.credential} fared in ${draft.repository}`, draft.repository)
      return store.saveSync(draft, previous)
    },
  }
}
