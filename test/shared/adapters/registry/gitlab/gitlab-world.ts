import { onTestFinished } from 'vitest'
import { createGitlabReader } from '../../../../../shared/adapters/registry/gitlab/gitlab-reader.ts'
import { createGitlabWriter } from '../../../../../shared/adapters/registry/gitlab/gitlab-writer.ts'
import type { OciOptions } from '../../../../../shared/adapters/registry/oci/oci-session.ts'
import { deployToken, type FakeGitlab, startFakeGitlab } from '../../../../support/gitlab/fake-gitlab.ts'
import { noWaiting } from '../fake-registry.ts'

export function clientsOf({ url, host }: FakeGitlab, options: Partial<OciOptions> = {}) {
  const reach = { endpoint: url, host, configured: true, clock: noWaiting, credential: deployToken, ...options }
  return { reader: createGitlabReader(reach), writer: createGitlabWriter(reach) }
}

/** A GitLab that ends with the test, with clients of it. */
export async function startGitlab(options: Partial<OciOptions> = {}) {
  const gitlab = await startFakeGitlab()
  onTestFinished(() => gitlab.close())
  return { ...gitlab, ...clientsOf(gitlab, options) }
}
