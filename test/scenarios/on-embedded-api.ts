import { afterAll, beforeAll, describe } from 'vitest'
import { findOnPath } from '../real/parts/debian-parts.ts'
import { type Installation, startInstallation } from './installation.ts'
import type { World } from './world.ts'

/** Scenarios that call kubectl and jq; `path` holds their folders. */
export type ShellScenarios = (world: () => World, path: () => string) => void

/** Plays them on an installation of their own, with the programs in those folders. */
export function onEmbeddedApi(play: ShellScenarios, path: () => string, isSkipped = false): void {
  describe.skipIf(isSkipped)('on the embedded API', () => {
    let installation: Installation
    beforeAll(async () => {
      installation = await startInstallation()
    })
    afterAll(() => installation?.remove())

    play(() => installation.world, path)
  })
}

/** Only where the machine has the programs: those that `npm run test:real` gets play them in any case. */
export function onEmbeddedApiIfPossible(play: ShellScenarios): void {
  const isSkipped = ['kubectl', 'jq'].some(program => findOnPath(program) === undefined)
  onEmbeddedApi(play, () => process.env.PATH ?? '', isSkipped)
}
