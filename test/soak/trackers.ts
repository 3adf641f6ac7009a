import type { CustomObject } from '../../shared/ports/cluster.ts'
import type { Tracker } from './needed.ts'
import { brings, type PolicyView } from './policy-view.ts'
import { hasStanding, isOneTenant, mayDelete } from './tenants.ts'

/**
 * The objects that a policy must ask: outside of its scope, of another tenant with standing. Only policies of whoever
 * tracks it, or may delete there, let go of it: what a stranger wants for somebody else's object counts for nothing.
 */
export const trackersOf = (
  objects: readonly CustomObject[],
  policy: PolicyView,
  views: readonly PolicyView[],
  path: string,
): Tracker[] =>
  objects
    .filter(object => {
      const { namespace } = object.metadata
      return !policy.isOver(object) && hasStanding(namespace, path) && !isOneTenant(namespace, policy.namespace)
    })
    .map(object => ({
      title: `Repository ${object.metadata.namespace}/${object.metadata.name}`,
      covers: tag => brings(object, tag),
      policies: views.filter(
        view =>
          view.isOver(object) &&
          !view.spec.suspend &&
          !view.spec.dryRun &&
          (isOneTenant(view.namespace, object.metadata.namespace) || mayDelete(view.namespace)),
      ),
    }))
