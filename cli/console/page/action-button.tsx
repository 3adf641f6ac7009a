import type { Report } from '../api.ts'
import { Lines, Text } from './text.tsx'
import { useAction } from './use-action.ts'

interface ActionButtonProps {
  readonly title: string
  readonly act: () => Promise<Report>
  readonly onDone: () => void
}

/** A button that changes something, and below it what it did. */
export function ActionButton({ title, act, onDone }: ActionButtonProps) {
  const { isActing, lines, message, start } = useAction(act, onDone)
  return (
    <>
      <button type="button" disabled={isActing} onClick={start}>
        {title}
      </button>
      <div aria-live="polite">
        {lines !== undefined && <Lines of={lines} />}
        {message !== undefined && (
          <p class="bad">
            <Text of={message} />
          </p>
        )}
      </div>
    </>
  )
}
