import { partsOf } from './shown-text.ts'

/** Text from outside: apart from what surrounds it, with every character that hides or turns others spelled out. */
export const Text = ({ of }: { of: string }) => (
  <bdi>
    {partsOf(of).map((part, at) =>
      part.isHidden ? (
        <span class="hidden-character" key={at}>
          {part.text}
        </span>
      ) : (
        part.text
      ),
    )}
  </bdi>
)

/** A time as it is stored, and how long ago, or in how long, that is. */
export const Time = ({ at, from }: { at: string; from?: string }) => (
  <time dateTime={at} title={at}>
    {at.slice(0, 16).replace('T', ' ')}
    {from === undefined ? '' : ` (${from})`}
  </time>
)
