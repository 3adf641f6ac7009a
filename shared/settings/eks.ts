import * as z from 'zod'
import { awsRegion, roleArn } from './names.ts'

/** A cluster of EKS: where it is, and as whom it is asked. */
export const eksSettings = z.strictObject({
  clusterName: z
    .string()
    .max(100)
    .regex(/^[0-9A-Za-z][-_0-9A-Za-z]*$/, 'expected the name of an EKS cluster: letters, digits, hyphens'),
  /** Default: the region of the installation. */
  region: awsRegion.optional(),
  /** Needed for a cluster of another account: a role there, which trusts the roles of the installation. */
  roleArn: roleArn.optional(),
  /** The role that may delete Repository objects there; only sweep-execute takes it. Default: the one above. */
  executorRoleArn: roleArn.optional(),
  /** False: the deploy makes no access entries in this cluster; synth prints the commands. */
  accessEntries: z.boolean().default(true),
})

export type EksSettings = z.infer<typeof eksSettings>
