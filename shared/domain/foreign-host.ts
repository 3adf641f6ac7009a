/** The well-known public registries: a tag that is pulled there is theirs, whoever else has one of its name. */
const publicHosts: ReadonlySet<string> = new Set([
  'docker.io',
  'ghcr.io',
  'quay.io',
  'gcr.io',
  'registry.k8s.io',
  'k8s.gcr.io',
  'public.ecr.aws',
  'mcr.microsoft.com',
  'registry.gitlab.com',
  'nvcr.io',
  'icr.io',
  'registry.access.redhat.com',
  'registry.redhat.io',
  'docker.elastic.co',
  'registry.suse.com',
])

/** Domains under which the same companies run one host a region or a customer. */
const publicDomains = ['.gcr.io', '.pkg.dev', '.icr.io']

/** True for a host, spelled as image names are normalised, that is one of those. */
export const isPublicHost = (host: string): boolean =>
  publicHosts.has(host) || publicDomains.some(domain => host.endsWith(domain))
