import { explanationLines } from '../../../explain/explanation-lines.ts'
import type { ImagePage } from '../../api.ts'
import { Text } from '../text.tsx'

interface Section {
  readonly title: string
  readonly lines: readonly { readonly text: string; readonly isDeeper: boolean }[]
}

/** All that `shelflife explain` says of it, in the same words. */
export function Reasons({ explanation }: { explanation: ImagePage['explanation'] }) {
  const [, ...sections] = sectionsOf(explanation)
  return (
    <section class="panel" aria-labelledby="image-reasons">
      <h2 id="image-reasons">Why</h2>
      {sections.map(({ title, lines }) => (
        <div key={title}>
          <h3>
            <Text of={title} />
          </h3>
          <ul class="findings">
            {lines.map(({ text, isDeeper }, at) => (
              <li key={`${at} ${text}`} class={isDeeper ? 'deeper' : ''}>
                <Text of={text} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  )
}

/** The first is the image with its summary, which stands at the top of the page. */
function sectionsOf(explanation: ImagePage['explanation']): Section[] {
  const sections: { title: string; lines: { text: string; isDeeper: boolean }[] }[] = []
  for (const { text, indent, isTitle } of explanationLines(explanation)) {
    if (isTitle) sections.push({ title: text, lines: [] })
    else sections.at(-1)?.lines.push({ text, isDeeper: indent > 2 })
  }
  return sections
}
