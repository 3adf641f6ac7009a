import { hosted } from './plain.ts'
import type { Provider } from './provider.ts'

/** Artifact Registry, under its own hosts and those of what was the Container Registry. */
export const google = {
  ...hosted,
  hosts: { pattern: /(^|\.)(gcr\.io|pkg\.dev)$/, api: 'https://artifactregistry.googleapis.com' },
} as const satisfies Provider
