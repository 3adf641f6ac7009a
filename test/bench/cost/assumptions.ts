/** What cannot be measured here, each in this one place. The bench prints all of them. */
export const assumptions = {
  hoursAMonth: { value: 730, text: 'hours a month' },
  tableMs: { value: 5, text: 'ms that the table takes to answer' },
  servicesMs: { value: 10, text: 'ms that SQS, EventBridge, Secrets Manager, KMS, SSM and S3 take to answer' },
  kubernetesMs: { value: 20, text: 'ms that an API server takes to answer' },
  registryMs: { value: 40, text: 'ms that a registry takes to answer' },
  pollers: { value: 5, text: 'pollers that Lambda keeps at each queue, each asking every 20 s while nothing comes' },
  messagesABatch: { value: 1, text: 'messages in a batch: as they come in one by one, which is the dearest' },
  platformLogBytes: { value: 300, text: 'bytes of log that Lambda itself writes of each invocation' },
  told: { value: 1, text: "share of repositories of whose project the registry's events came before" },
  podLifeHours: { value: 24, text: 'hours that a Pod lives before another takes its place' },
  podsARepository: { value: 5, text: 'Pods that run a repository' },
  goneDays: {
    value: 2,
    text: 'days that what was deleted is read with the rest: until a sync puts it away, and DynamoDB removes what expired',
  },
  graceHours: { value: 1, text: 'hours of grace' },
  archiveMonths: { value: 12, text: 'months of archived manifests in the bucket, which nothing deletes' },
  logMonths: { value: 3, text: 'months that logs are kept, all of them full' },
  outside: { value: 1, text: 'share of the bytes sent to registries and clusters that leaves AWS' },
  secretsANamespace: { value: 1, text: 'RegistrySecrets of each namespace with a credential of its own' },
  warmProcesses: { value: 5, text: 'processes of reconcile while events come, each of which the schedule may meet' },
  kubeconfigMinutes: { value: 10, text: 'minutes after which each process that needs kubeconfigs reads all of them' },
  hintProcesses: { value: 10, text: 'processes of sync for hints while pushes come' },
  processHours: { value: 2, text: 'hours that a process lives, in which it opens each copy of a credential once' },
} as const

export const assumptionLines = (): string[] =>
  Object.values(assumptions).map(({ value, text }) => `assumed: ${value} ${text}`)
