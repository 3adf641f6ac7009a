import * as z from 'zod'
import { eksSettings } from './eks.ts'
import { secretId, sourceName } from './names.ts'

const dnsName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

/** A kind of objects that name images under keys `image`. */
export const workloadKind = z.strictObject({
  /** `batch.volcano.sh` */
  group: z.string().max(253).regex(dnsName, 'expected an API group such as batch.volcano.sh'),
  /** Its plural, as CRDs and RBAC have it: `jobs`. */
  resource: z
    .string()
    .max(63)
    .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/, 'expected the plural name of a resource such as jobs'),
})

export type WorkloadKindSettings = z.infer<typeof workloadKind>

const oneCluster = z.strictObject({
  name: sourceName,
  /** The secret that holds a kubeconfig for this cluster. */
  kubeconfigSecret: secretId.optional(),
  /** The kubeconfig of the user that may delete Repository objects; only sweep-execute reads it. Default: the one above. */
  executorKubeconfigSecret: secretId.optional(),
  /** A cluster of EKS, which takes roles of IAM: in place of a kubeconfig. */
  eks: eksSettings.optional(),
  /** Kinds that count as use there, beside those that are known: each must be served and may be listed. */
  workloads: z.array(workloadKind).optional(),
  /**
   * How long a run of every minute watches its objects, in seconds: what changes meanwhile is acted on within a moment,
   * and all else within the minute. 50 leaves hardly a gap; 0 ends a run as soon as it has acted on what changed.
   */
  watchSeconds: z.int().min(0).max(50).default(5),
  /** One that is being taken away: it is asked for nothing any more, and what is recorded of it protects nothing. */
  drained: z.boolean().default(false),
})

/** One cluster, and how it is reached: by a kubeconfig, or as a cluster of EKS. */
export const clusterSettings = oneCluster.superRefine(
  ({ kubeconfigSecret, executorKubeconfigSecret, eks }, context) => {
    const expect = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    if (kubeconfigSecret === undefined && eks === undefined)
      expect('kubeconfigSecret', 'expected the name or ARN of a secret with a kubeconfig, or eks in its place')
    if (kubeconfigSecret !== undefined && eks !== undefined)
      expect('eks', 'expected either kubeconfigSecret or eks, got both')
    if (executorKubeconfigSecret !== undefined && eks !== undefined)
      expect('executorKubeconfigSecret', 'expected none beside eks: there it is executorRoleArn')
  },
)
