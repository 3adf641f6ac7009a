import { useState } from 'preact/hooks'
import type { ImagePage } from '../../api.ts'
import { useClient } from '../client-context.ts'
import { LoadedPart } from '../loaded-part.tsx'
import { RestoreDialog } from '../restore/restore-dialog.tsx'
import { addressOf, repositoryAddress } from '../routes.ts'
import { Lines, Text } from '../text.tsx'
import { useLoad } from '../use-load.ts'
import { Answer } from './answer.tsx'
import { Reasons } from './reasons.tsx'
import { Timeline } from './timeline.tsx'

/** One image: why it stays or went, how to get it back, and its life. */
export function Image({ image }: { image: string }) {
  const client = useClient()
  const loaded = useLoad(image, () => client.get('/api/image', { name: image }))
  const [restoring, setRestoring] = useState<string>()
  return (
    <>
      <h1>
        <Text of={image} />
      </h1>
      <LoadedPart part={loaded}>
        {page => (
          <>
            <Answer page={page} onRestore={() => setRestoring(page.restore?.image)} />
            <Facts page={page} />
            <Timeline events={page.timeline} />
            <Reasons explanation={page.explanation} />
          </>
        )}
      </LoadedPart>
      {restoring !== undefined && (
        <RestoreDialog
          what={{ images: [restoring] }}
          name={restoring}
          onClose={wasRestored => {
            setRestoring(undefined)
            if (wasRestored) loaded.reload()
          }}
        />
      )}
    </>
  )
}

function Facts({ page: { explanation } }: { page: ImagePage }) {
  const { image, usedBy } = explanation
  return (
    <section class="panel" aria-labelledby="image-facts">
      <h2 id="image-facts">What it is</h2>
      <dl>
        <dt>Repository</dt>
        <dd>
          <a href={repositoryAddress(image.repository)}>
            <Text of={image.repository} />
          </a>
        </dd>
        <dt>Digest</dt>
        <dd>
          <span class="mono">{image.digest}</span>
        </dd>
        <dt>Tags</dt>
        <dd>{image.tags.length === 0 ? 'none' : <Text of={image.tags.join(', ')} />}</dd>
        <dt>Runs as</dt>
        <dd>{usedBy.length === 0 ? 'nothing that is known' : <Lines of={usedBy} />}</dd>
      </dl>
      <p>
        <a href={addressOf('history', '', { image: `${image.repository}@${image.digest}` })}>All that happened to it</a>
      </p>
    </section>
  )
}
