import * as z from 'zod'

/** How much a registry held when a policy looked at it, in bytes. */
export const registryFill = z.strictObject({
  registry: z.string(),
  /** Absent where the settings give none. */
  capacityBytes: z.number().exactOptional(),
  storedBytes: z.number(),
  /** False where a layer is counted once for each repository that shares it: the registry holds this much at most. */
  exact: z.boolean(),
})
export type RegistryFill = z.infer<typeof registryFill>

/** How full the registries of a policy were when it was last looked at. */
export const storageCheck = z.strictObject({
  checkedAt: z.date(),
  /** Not before then is it looked at again. */
  nextAt: z.date(),
  registries: z.array(registryFill).readonly(),
})
export type StorageCheck = z.infer<typeof storageCheck>
