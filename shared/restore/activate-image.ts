import { noteRestoreStarted } from './record-restored.ts'
import type { RestoreContext } from './restore-context.ts'
import type { RestoredItem } from './restore-outcome.ts'
import type { DeletedImage } from './restore-world.ts'

type Activated = Pick<RestoredItem, 'outcome' | 'reason' | 'storage'>

/**
 * Asks the registry for an image that lies whole in its archive, tags and all. It is handed out some time later: until
 * then the same restore finds it on its way.
 */
export async function activateImage(image: DeletedImage, context: RestoreContext): Promise<Activated> {
  const { archive } = context.writer
  if (archive === undefined) throw new Error(`expected a registry with an archive, where ${image.digest} lies in one`)
  if (context.dryRun) return { outcome: 'restored', reason: asked, storage: 'activating' }
  await context.requireLease()
  await noteRestoreStarted(image, image.tags, context)
  const answer = await archive.activateManifest(context.path, image.digest)
  if (answer.outcome === 'kept') return { outcome: 'failed', reason: answer.reason }
  if (answer.outcome === 'absent') return { outcome: 'missing', reason: 'its registry has it in its archive no more' }
  const reason = answer.outcome === 'active' ? 'out of the archive of its registry' : asked
  return { outcome: 'restored', reason, storage: answer.outcome }
}

/** @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive_restore_image.html */
const asked = 'out of the archive of its registry, which hands it out within about 20 minutes'
