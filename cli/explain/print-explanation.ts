import { painted, type TextStyle, wrapped } from '../io/text.ts'
import type { ImageExplanation } from './explanation.ts'
import { explanationLines } from './explanation-lines.ts'

/** The explanation for people: nothing that its JSON does not say. */
export function* printExplanation(explanation: ImageExplanation, style: TextStyle): Iterable<string> {
  for (const { text, indent, isTitle } of explanationLines(explanation)) {
    const room = style.columns - indent
    for (const [at, line] of wrapped(text, room).entries()) {
      const shown = `${' '.repeat(indent + (at === 0 || isTitle ? 0 : 2))}${line}`
      yield `${isTitle ? painted(indent === 0 ? 'bold' : 'green', shown, style) : shown}\n`
    }
  }
}
