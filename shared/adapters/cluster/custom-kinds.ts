/** A kind as RBAC and the settings name it: `workflows` of `argoproj.io`. */
export interface KindName {
  readonly group: string
  readonly resource: string
}

/**
 * Kinds of other projects that name images and run them later, by group: listed where a cluster serves them, and granted by
 * `infra/cluster/rbac.yaml`.
 */
const resourcesByGroup: Readonly<Record<string, readonly string[]>> = {
  // Argo Workflows, Argo Events, Argo Rollouts.
  'argoproj.io': [
    'workflows',
    'cronworkflows',
    'workflowtemplates',
    'clusterworkflowtemplates',
    'sensors',
    'eventsources',
    'rollouts',
    'experiments',
    'analysistemplates',
    'clusteranalysistemplates',
    'analysisruns',
  ],
  'tekton.dev': ['tasks', 'clustertasks', 'stepactions', 'pipelines', 'taskruns', 'pipelineruns'],
  'triggers.tekton.dev': ['triggertemplates', 'triggers', 'eventlisteners'],
  'serving.knative.dev': ['services', 'configurations', 'revisions'],
  'sources.knative.dev': ['containersources'],
  'sinks.knative.dev': ['jobsinks'],
  'keda.sh': ['scaledjobs'],
  'apps.kruise.io': [
    'clonesets',
    'statefulsets',
    'daemonsets',
    'sidecarsets',
    'uniteddeployments',
    'advancedcronjobs',
    'broadcastjobs',
    'ephemeraljobs',
    'imagepulljobs',
  ],
  'kubevirt.io': ['virtualmachines', 'virtualmachineinstances', 'virtualmachineinstancereplicasets'],
  'pool.kubevirt.io': ['virtualmachinepools'],
  'apps.openshift.io': ['deploymentconfigs'],
}

export const knownKinds: readonly KindName[] = Object.entries(resourcesByGroup).flatMap(([group, resources]) =>
  resources.map(resource => ({ group, resource })),
)

/** `workflows.argoproj.io`, as kubectl and messages of RBAC spell it. */
export const kindText = ({ group, resource }: KindName): string => `${resource}.${group}`
