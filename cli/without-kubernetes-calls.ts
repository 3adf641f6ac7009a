import { registerHooks } from 'node:module'
import { isKubeconfigReader, standIns } from '../shared/kubernetes-stand-ins.ts'

/** Leaves out of this process what bundles leave out; has to come before the reader of kubeconfigs is imported. */
export function leaveOutKubernetesCalls(): void {
  registerHooks({
    resolve: (specifier, context, nextResolve) => {
      const source = isKubeconfigReader(context.parentURL ?? '') ? standIns[specifier] : undefined
      if (source === undefined) return nextResolve(specifier, context)
      return { url: `data:text/javascript,${encodeURIComponent(source)}`, format: 'module', shortCircuit: true }
    },
  })
}
