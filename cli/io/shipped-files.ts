/** Files beside the sources that the command reads while it runs, by their paths from the root. */
export const shippedFiles = [
  'cli/start/demo.yaml',
  'infra/cluster/crds/repositories.yaml',
  'infra/cluster/crds/registrysecrets.yaml',
  'infra/cluster/crds/imagecleanuppolicies.yaml',
] as const

export type ShippedFile = (typeof shippedFiles)[number]
