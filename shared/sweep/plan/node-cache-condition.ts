import type { Condition, CustomObject } from '../../ports/cluster.ts'

/** What to set in place of target NodeCache, which objects may name and nobody serves; nothing where it is not named. */
export function nodeCacheCondition({
  spec,
}: CustomObject): Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>[] {
  const { targets } = (spec ?? {}) as { targets?: unknown }
  if (!Array.isArray(targets) || !targets.includes('NodeCache')) return []
  const meanwhile = targets.length === 1 ? 'the policy deletes nothing' : 'its other targets count'
  const message = `target NodeCache does nothing, ${meanwhile}: images on nodes are collected by the kubelet; set imageMaximumGCAge in its KubeletConfiguration, and imageGCHighThresholdPercent and imageGCLowThresholdPercent for full disks, then take NodeCache out of spec.targets`
  return [{ type: 'NodeCacheServed', status: 'False', reason: 'UseKubeletSettings', message }]
}
