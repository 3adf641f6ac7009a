import { ownerLease } from '../../shared/adapters/cluster/owner.ts'
import { amountText } from '../../shared/domain/amount-text.ts'
import type { InstallationId } from '../../shared/installation-names.ts'
import type { ClusterRemains } from './read-removal.ts'

/** What is to be done, and the commands for it. */
export type Step = readonly [text: string, ...commands: string[]]

const lease = `lease ${ownerLease.name} -n ${ownerLease.namespace}`

/** What goes and stays in a cluster. Its objects may be another installation's: only what is known to be its own goes unasked. */
export const clusterStep = (remains: ClusterRemains, id: InstallationId): Step =>
  remains.whose.kind === 'other'
    ? [`In cluster ${remains.cluster}: it belongs to ${remains.whose.holder}: leave it as it is.`]
    : [
        `In cluster ${remains.cluster}: ${remainsText(remains)}. ${noFinalizer} Images and workloads stay as they are. The definitions take their objects along: keep them where you may come back.`,
        ...deletes(remains.whose.kind, id, 'kubectl delete -k infra/cluster'),
      ]

/** The same of the cluster that the installation is a Pod of, where the volume goes too. */
export const podClusterStep = (remains: ClusterRemains, id: InstallationId): Step =>
  remains.whose.kind === 'other'
    ? [
        `In cluster ${remains.cluster}, the one of the Pod: it belongs to ${remains.whose.holder}: leave its definitions and the Lease as they are. ${volumeGoes}`,
        'kubectl delete namespace shelflife',
        'kubectl delete clusterrole,clusterrolebinding shelflife-pod',
      ]
    : [
        `In cluster ${remains.cluster}, the one of the Pod: ${remainsText(remains)}. ${noFinalizer} Images and workloads stay as they are. The definitions take their objects along. ${volumeGoes}`,
        ...deletes(remains.whose.kind, id, 'kubectl delete -k deploy/kubernetes'),
      ]

const noFinalizer = 'None of them has a finalizer, so that nothing hangs.'
const volumeGoes =
  'The namespace shelflife takes its Secret and the volume along: records, history, archived manifests and layers. Nothing can be restored afterwards.'

function deletes(whose: 'own' | 'nobody' | 'unknown', id: InstallationId, deleteAll: string): string[] {
  const deleteLease = `kubectl delete ${lease}`
  switch (whose) {
    case 'own':
      return [deleteLease, deleteAll]
    case 'nobody':
      return [`kubectl get ${lease}`, `${deleteAll}   # only if there is still none`]
    case 'unknown':
      return [`kubectl get ${lease}`, ...[deleteLease, deleteAll].map(one => `${one}   # only if HOLDER is ${id}`)]
  }
}

function remainsText({ whose, objects }: ClusterRemains): string {
  if (whose.kind === 'unknown' && typeof objects === 'string')
    return `whose it is and what it holds is not known: ${whose.why}`
  if (whose.kind === 'own') return heldText(objects, 'the Lease, ')
  const held = heldText(objects)
  return whose.kind === 'unknown'
    ? `whose it is is not known: ${whose.why}; ${held}`
    : `it has no Lease now, and may be somebody's by then; ${held}`
}

const heldText = (objects: ClusterRemains['objects'], andLease = ''): string =>
  typeof objects === 'string'
    ? `what it holds is not known: ${objects}`
    : `it holds ${amountText(objects.repositories, 'Repository object')}, ${amountText(objects.secrets, 'RegistrySecret')}, ${amountText(objects.policies, 'policy')}, ${andLease}and what infra/cluster defines`
