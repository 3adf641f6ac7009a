import type { HistoryPage } from '../../api.ts'
import { imageAddress } from '../routes.ts'
import { shortDigest } from '../shown-text.ts'

type Changed = Pick<HistoryPage['items'][number], 'repository' | 'digest' | 'tag'>

/** The image of a change as people know it, and its page: by its digest, since the tag may be another image's by now. */
export const changedImage = ({ repository, digest, tag }: Changed) => ({
  text: tag === undefined ? `${repository}@${shortDigest(digest)}` : `${repository}:${tag}`,
  address: imageAddress(`${repository}@${digest}`),
})
