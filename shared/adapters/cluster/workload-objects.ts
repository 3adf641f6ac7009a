import * as z from 'zod'

const container = z.object({
  name: z.string().optional(),
  image: z.string().nullish(),
  // Only a warning hangs on it: what it may be else says nothing, and fails no list.
  imagePullPolicy: z.unknown().optional(),
})

const podSpec = z.object({
  initContainers: z.array(container).nullish(),
  containers: z.array(container).nullish(),
  ephemeralContainers: z.array(container).nullish(),
  volumes: z.array(z.object({ image: z.object({ reference: z.string().nullish() }).nullish() })).nullish(),
})

const containerStatus = z.object({
  name: z.string().optional(),
  image: z.string().nullish(),
  imageID: z.string().nullish(),
})

const podStatus = z.object({
  initContainerStatuses: z.array(containerStatus).nullish(),
  containerStatuses: z.array(containerStatus).nullish(),
  ephemeralContainerStatuses: z.array(containerStatus).nullish(),
})

const metadata = z.object({
  name: z.string().min(1),
  namespace: z.string().min(1),
  ownerReferences: z.array(z.object({ uid: z.string(), controller: z.boolean().nullish() })).nullish(),
})

const template = z.object({ spec: podSpec.nullish() }).nullish()

/** A Pod as far as its images go. */
export const podObject = z.object({ metadata, spec: podSpec, status: podStatus.nullish() })

/** A Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController or Job as far as its images go. */
export const templatedObject = z.object({
  metadata,
  spec: z.object({ replicas: z.number().nullish(), template }),
  status: z.object({ replicas: z.number().nullish() }).nullish(),
})

export const cronJobObject = z.object({
  metadata,
  spec: z.object({ jobTemplate: z.object({ spec: z.object({ template }) }) }),
})

/** A ControllerRevision: `data` is its owner's own format, a patch of the template in a StatefulSet or DaemonSet. */
export const revisionObject = z.object({
  metadata,
  revision: z.number(),
  data: z
    .object({ spec: z.object({ template }).nullish() })
    .nullish()
    .catch(null),
})

export type PodSpecObject = z.infer<typeof podSpec>
export type PodStatusObject = z.infer<typeof podStatus>
export type RevisionObject = z.infer<typeof revisionObject>
export type PodObject = z.infer<typeof podObject>
export type TemplatedObject = z.infer<typeof templatedObject>
export type CronJobObject = z.infer<typeof cronJobObject>
