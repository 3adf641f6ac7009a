import { describe } from 'vitest'
import { sealerContract } from '../../../contract/sealer.ts'
import { createMemorySealer } from '../../../support/memory-platform.ts'

describe('a sealer in memory', () => {
  const sealer = createMemorySealer()
  sealerContract(() => sealer)
})
