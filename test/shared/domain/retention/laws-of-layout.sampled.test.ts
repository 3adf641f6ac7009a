import { describe, expect } from 'vitest'
import { layoutOf } from '../../../../shared/domain/retention/explain/layout.ts'
import type { Judgement } from '../../../../shared/domain/retention/judgement.ts'
import { judgeWorld, lawOfEngine } from './law.ts'

describe('laws of the layout', () => {
  lawOfEngine('the cut has all that is deleted of a count below it, and all that the count keeps above', world => {
    const judgement = judgeWorld(world)

    for (const repository of repositoriesOf(judgement)) {
      const judged = judgement.repositoryNamed(repository)
      const { sections } = layoutOf(judged)
      const keptByCount = new Set(
        judged.ruleSetTags.flat().flatMap(({ counts }) =>
          [...(counts?.inOrder() ?? [])].flatMap(({ newest, tree }) => {
            const { newest: first, tied } = newest.result()
            return [...[...first, ...tied].map(({ image }) => image), ...(tree?.images() ?? [])]
          }),
        ),
      )
      const isKept = (place: number): boolean => judged.graphKeep.isKept(place)
      expect(sections.flatMap(({ kept }) => kept).filter(place => !isKept(place))).toEqual([])
      expect(sections.flatMap(({ rest }) => rest).filter(place => keptByCount.has(place))).toEqual([])
    }
  })

  lawOfEngine('each image stands in one place', world => {
    const judgement = judgeWorld(world)

    for (const repository of repositoriesOf(judgement)) {
      const judged = judgement.repositoryNamed(repository)
      const { sections, forest } = layoutOf(judged)
      const tops = sections.flatMap(({ kept, rest }) => [...kept, ...rest])
      const all = tops.flatMap(place => [place, ...[...forest.partsOf(place)].map(part => part.place)])
      expect(all.toSorted((a, b) => a - b)).toEqual([...judged.listing.images.keys()])
    }
  })
})

const repositoriesOf = ({ shares }: Judgement): string[] => shares.map(share => share.repository)
