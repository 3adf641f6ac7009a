import type { Settings } from '../settings.ts'

interface Place {
  /** Where people wrote the settings. */
  readonly root: string
  /** Of the secrets that the function which reads may read besides. */
  readonly pullSecretPrefix: string
}

/** The credential that deletes must be out of reach of every function but the executor: one line for each that is not. */
export function secretComplaints(settings: Settings, { root, pullSecretPrefix }: Place): string[] {
  const others = new Map<string, string>()
  settings.clusters.forEach((of, at) => {
    if (of.kubeconfigSecret) others.set(secretName(of.kubeconfigSecret), `clusters[${at}].kubeconfigSecret`)
  })
  settings.webhooks.forEach((of, at) => {
    if (of.secret) others.set(secretName(of.secret), `webhooks[${at}].secret`)
  })
  settings.notifications.forEach((of, at) => {
    if (of.kind !== 'email') others.set(secretName(of.secret), `notifications[${at}].secret`)
  })
  if (settings.metrics) others.set(secretName(settings.metrics.secret), 'metrics.secret')
  settings.registries.forEach((of, at) => {
    if (of.pullSecret) others.set(secretName(of.pullSecret), `registries[${at}].pullSecret`)
  })
  return settings.registries.flatMap((registry, at) => {
    const name = registry.deleteSecret && secretName(registry.deleteSecret)
    const twin = name && (name.startsWith(pullSecretPrefix) ? `anything under ${pullSecretPrefix}` : others.get(name))
    return twin
      ? [
          `${root}.registries[${at}].deleteSecret: expected a secret of its own that only sweep-execute reads, got ${registry.deleteSecret}, which other functions read as ${twin}`,
        ]
      : []
  })
}

/** An ARN ends in the name, a hyphen and six random characters. */
const secretName = (id: string): string => /^arn:[^:]+:secretsmanager:.*:secret:(.+)-\w{6}$/.exec(id)?.[1] ?? id
