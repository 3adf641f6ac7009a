import { leaveOutKubernetesCalls } from './without-kubernetes-calls.ts'

leaveOutKubernetesCalls()
// Imported after that, since what is imported statically is resolved before anything runs.
const { run } = await import('./run.ts')
run()
