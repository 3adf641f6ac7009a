import { onTestFinished } from 'vitest'
import { type ImageToPush, pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import { createGiteaReader } from '../../../../../shared/adapters/registry/gitea/gitea-reader.ts'
import { createGiteaWriter } from '../../../../../shared/adapters/registry/gitea/gitea-writer.ts'
import { giteaBasic, giteaLogin, startFakeGitea } from '../../../../support/gitea/fake-gitea.ts'
import { noWaiting } from '../fake-registry.ts'

export const repository = 'team/app'

/** A Gitea that ends with the test, with clients of it. */
export async function startGitea(
  options: { isTold?: boolean; credential?: typeof giteaLogin & { apiToken?: string } } = {},
) {
  const gitea = await startFakeGitea()
  onTestFinished(() => gitea.close())
  const { url: endpoint, host } = gitea
  const reach = {
    endpoint,
    api: endpoint,
    host,
    configured: true,
    clock: noWaiting,
    credential: giteaLogin,
    ...options,
  }
  const push = (image: Partial<ImageToPush>) =>
    pushImage(gitea.url, { repository, ...image }, { authorization: giteaBasic })
  /** Versions without a push of blobs, which all share. */
  const seed = async (count: number) => {
    const { digest, mediaType } = await push({ tag: 'seed' })
    const bytes = gitea.store.findManifest(repository, digest)?.bytes ?? Buffer.alloc(0)
    for (let at = 1; at < count; at++) gitea.store.putManifest(repository, { reference: `v${at}`, mediaType, bytes })
  }
  const asked = (part: string) => gitea.requests.filter(one => one.includes(part))
  return { ...gitea, reader: createGiteaReader(reach), writer: createGiteaWriter(reach), push, seed, asked }
}
