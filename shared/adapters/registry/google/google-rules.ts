import * as z from 'zod'
import type { RegistryRules } from '../../../domain/registry-rules/registry-rules.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { RegistryApi } from '../registry-api.ts'
import type { ArtifactPlace } from './artifact-place.ts'

const repository = z.object({
  cleanupPolicies: z.record(z.string(), z.unknown()).optional(),
  cleanupPolicyDryRun: z.boolean().optional(),
})

/**
 * The cleanup policies of the repository that a package is in; undefined where it has none, or is not there.
 *
 * @throws AccessDeniedError without `artifactregistry.repositories.get`
 * @see https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories
 */
export async function findCleanup(api: RegistryApi, place: ArtifactPlace): Promise<RegistryRules | undefined> {
  const path = `/v1/${place.parent}`
  const answer = await api.findJson({ path })
  if (!answer) return undefined
  const parsed = repository.safeParse(answer.json)
  if (!parsed.success) throw new InvalidInputError(`${api.what({ path })}: expected a repository, got another JSON`)
  const { cleanupPolicies, cleanupPolicyDryRun } = parsed.data
  if (!cleanupPolicies || Object.keys(cleanupPolicies).length === 0) return undefined
  const name = decodeURIComponent(place.package.slice(place.package.lastIndexOf('/') + 1))
  return {
    kind: 'google-cleanup',
    text: JSON.stringify({ package: name, cleanupPolicies, ...(cleanupPolicyDryRun && { cleanupPolicyDryRun }) }),
  }
}
