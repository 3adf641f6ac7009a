import { runKubectl } from './tools.ts'
import { waitUntil } from './wait-until.ts'

/**
 * Until the cluster serves every kind that was applied, or the one that is named. kubectl alone fails at once, and does
 * not wait, at a definition whose status nobody has written yet.
 */
export const waitForKinds = (kubeconfigPath: string, ...which: readonly string[]): Promise<unknown> =>
  waitUntil(
    async () => {
      const kinds = which.length > 0 ? which : ['crd', '--all']
      const args = ['wait', '--for=condition=Established', '--timeout=30s', ...kinds]
      const { exitCode, stderr } = await runKubectl(kubeconfigPath, args)
      if (exitCode !== 0) throw new Error(stderr)
      return true
    },
    { what: 'the kinds to be established' },
  )
