import { createHash } from 'node:crypto'
import type { ProviderLabel } from '../../shared/domain/providers/providers.ts'

const apiVersion = 'image.theriseunion.io/v1alpha1'

/** An object to be applied, as YAML or to the API. */
export interface TrackingObject {
  readonly apiVersion: typeof apiVersion
  readonly kind: 'RegistrySecret' | 'Repository'
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly spec: Readonly<Record<string, unknown>>
}

/** Where an object is to be; absent for one that is applied with `-n`. */
type Place = { readonly namespace?: string | undefined }

/** A RegistrySecret of a registry; without a Secret it reads with what the settings grant to its namespace, or anonymously. */
export const registrySecretFor = (
  host: string,
  provider: ProviderLabel | undefined,
  { namespace, secretName }: Place & { readonly secretName?: string | undefined },
): TrackingObject => ({
  apiVersion,
  kind: 'RegistrySecret',
  metadata: { name: objectName(host), ...(namespace !== undefined && { namespace }) },
  spec: {
    domain: host,
    ...(provider !== undefined && { provider }),
    ...(secretName !== undefined && { secretRef: { name: secretName } }),
  },
})

/** A Repository that tracks all tags of a path. */
export const repositoryFor = (
  path: string,
  registrySecret: string,
  { namespace, name = objectName(path) }: Place & { readonly name?: string | undefined },
): TrackingObject => ({
  apiVersion,
  kind: 'Repository',
  metadata: { name, ...(namespace !== undefined && { namespace }) },
  spec: { repository: path, registryRef: { name: registrySecret } },
})

const maxLength = 253

/** The name of an object that is about a host or a path: `team/web_app` is `team-web-app`. Two may have one name. */
export const objectName = (text: string): string => {
  const name = text.toLowerCase().replace(/[^a-z0-9.]+/g, '-')
  return name.length <= maxLength ? name : `${name.slice(0, maxLength - 9)}-${mark(text)}`
}

/** Another name for the same, where an object of the plain one is about something else. */
export const distinctName = (text: string): string => `${objectName(text).slice(0, maxLength - 9)}-${mark(text)}`

const mark = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8)
