import type { Store } from '../../shared/ports/store.ts'
import type { Figures } from './figures.ts'

/** The same store, with what it is told counted. */
export function countingStore(store: Store, figures: Figures): Store {
  const runs = new Set<string>()
  return {
    ...store,
    saveImage: async (draft, previous) => {
      const saved = await store.saveImage(draft, previous)
      if (draft.change.action === 'marked') figures.marks += 1
      if (draft.change.action === 'mark-lifted') figures['marks lifted'] += 1
      return saved
    },
    savePolicy: async (draft, previous) => {
      const saved = await store.savePolicy(draft, previous)
      for (const { runId } of draft.runs) runs.add(`${draft.id} ${draft.uid} ${runId}`)
      figures.runs = runs.size
      return saved
    },
  }
}
