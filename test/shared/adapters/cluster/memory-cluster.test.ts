import { describe } from 'vitest'
import { watchCases } from '../../../contract/cluster-watch.ts'
import { createMemoryCluster } from '../../../support/memory-cluster.ts'

describe('watches of the cluster in memory', () => {
  const cluster = createMemoryCluster('eu-1')
  cluster.put('Repository', 'before', {})
  cluster.expire()
  watchCases(() => ({ cluster, namespace: 'team' }))
})
