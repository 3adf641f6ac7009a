import type { RunningFunctions } from './run-functions.ts'
import { watchObjects } from './watch-objects.ts'

/** Runs what answers a changed object at once, until the function it answers is called. */
export function watchCluster(kubeconfigPath: string, running: RunningFunctions): () => Promise<void> {
  const runNow = (name: string) => () => void running.runNow(name)
  const repositories = watchObjects(kubeconfigPath, ['Repository', 'RegistrySecret'], runNow('reconcile'))
  const policies = watchObjects(kubeconfigPath, ['ImageCleanupPolicy'], runNow('sweep-plan'))
  return async () => {
    repositories.stop()
    policies.stop()
  }
}
