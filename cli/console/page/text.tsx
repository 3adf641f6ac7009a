import { partsOf, shortDigest } from './shown-text.ts'
import { distanceText } from './words.ts'

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
export const Time = ({ at }: { at: string }) => (
  <time dateTime={at} title={at}>
    {at.slice(0, 16).replace('T', ' ')} <span class="quiet">({distanceText(at)})</span>
  </time>
)

export const Digest = ({ of }: { of: string }) => (
  <span class="mono" title={of}>
    {shortDigest(of)}
  </span>
)

/** Each on a line of its own. */
export const Lines = ({ of }: { of: readonly string[] }) => (
  <ul class="findings">
    {of.map((line, at) => (
      <li key={`${at} ${line}`}>
        <Text of={line} />
      </li>
    ))}
  </ul>
)
