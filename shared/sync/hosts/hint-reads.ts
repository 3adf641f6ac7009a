import type { Store } from '../../ports/store.ts'
import { Once } from '../../records/once.ts'

/**
 * The store for one hint, which reads once who reads the repository, and which of those have ended: several steps decide by it.
 * After a write to a sync, also one that another came before, they are read anew.
 */
export function readingOnce(store: Store): Store {
  const syncs = new Once(repository => store.listSyncs(repository))
  const credentials = new Once(key => {
    const [cluster = '', uid = ''] = JSON.parse(key) as string[]
    return store.findCredential(cluster, uid)
  })
  return {
    ...store,
    listSyncs: repository => syncs.get(repository),
    findCredential: (cluster, uid) => credentials.get(JSON.stringify([cluster, uid])),
    saveSync: async (draft, previous) => {
      try {
        return await store.saveSync(draft, previous)
      } finally {
        syncs.forget()
      }
    },
  }
}
