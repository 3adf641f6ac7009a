import { useEffect, useRef, useState } from 'preact/hooks'
import { amountText } from '../../../../shared/domain/amount-text.ts'
import type { RestoreAnswer, RestoreAsked } from '../../api.ts'
import { useClient } from '../client-context.ts'
import { Failure } from '../failure.tsx'
import { Text } from '../text.tsx'
import { messageOf, useLoad } from '../use-load.ts'
import { RestoredThings } from './restored-things.tsx'

export interface RestoreDialogProps {
  readonly what: Pick<RestoreAsked, 'images' | 'run'>
  /** Of the image or the run, for people. */
  readonly name: string
  readonly onClose: (wasRestored: boolean) => void
}

/** Shows what would come back, which changes nothing, and puts it back when the person says so. */
export function RestoreDialog({ what, name, onClose }: RestoreDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const client = useClient()
  const dryRun = useLoad(name, () => client.post('/api/restore', { ...what, dryRun: true }))
  const { restored, message, isRestoring, restore } = useRestore(what, dryRun.value?.confirm)
  const shown = restored ?? dryRun.value
  return (
    <dialog ref={dialog} onClose={() => onClose(restored !== undefined)} aria-labelledby="restore-title">
      <h2 id="restore-title">
        Restore <Text of={name} />
      </h2>
      {dryRun.message !== undefined && <Failure message={dryRun.message} retry={dryRun.reload} />}
      {message !== undefined && <Failure message={message} retry={dryRun.reload} />}
      <div aria-live="polite">
        {shown === undefined && dryRun.isLoading && <p>Looking at what would come back; nothing is changed.</p>}
        {shown !== undefined && <p>{summaryText(shown)}</p>}
        {shown?.notes.map(note => (
          <p key={note} class="quiet small">
            <Text of={note} />
          </p>
        ))}
        {isRestoring && <p>Putting it back. This may take minutes.</p>}
      </div>
      {shown !== undefined && <RestoredThings answer={shown} />}
      <div class="controls">
        {restored === undefined && (
          <button type="button" class="main" disabled={!canRestore(dryRun.value) || isRestoring} onClick={restore}>
            Restore now
          </button>
        )}
        <button type="button" onClick={() => dialog.current?.close()}>
          {restored === undefined ? 'Cancel' : 'Close'}
        </button>
      </div>
    </dialog>
  )
}

const canRestore = (dryRun: RestoreAnswer | undefined): boolean =>
  dryRun?.confirm !== undefined && dryRun.totals.restored > 0

function useRestore(what: RestoreDialogProps['what'], confirm: string | undefined) {
  const client = useClient()
  const [restored, setRestored] = useState<RestoreAnswer>()
  const [message, setMessage] = useState<string>()
  const [isRestoring, setIsRestoring] = useState(false)
  const restore = async () => {
    if (confirm === undefined) return
    setIsRestoring(true)
    setMessage(undefined)
    try {
      setRestored(await client.post('/api/restore', { ...what, dryRun: false, confirm }))
    } catch (error) {
      setMessage(messageOf(error))
    }
    setIsRestoring(false)
  }
  return { restored, message, isRestoring, restore: () => void restore() }
}

/** As the terminal says it. */
function summaryText({ dryRun, totals }: RestoreAnswer): string {
  const { restored, present, leftAlone, missing, failed } = totals
  const parts = [
    dryRun ? `${amountText(restored, 'thing')} would be restored` : `${amountText(restored, 'thing')} restored`,
    `${present} there already`,
    ...(leftAlone > 0 ? [`${leftAlone} left alone`] : []),
    ...(missing > 0 ? [`${missing} missing: what they need is gone for good`] : []),
    ...(failed > 0 ? [`${failed} failed, and worth another try`] : []),
  ]
  return `${parts.join(', ')}.`
}
