import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emailOf, slackBody, teamsBody } from '../../../../shared/domain/notifications/forms.ts'
import { outside } from '../../../../shared/domain/notifications/message.ts'

const messageWith = (text: string) => ({
  title: ['About ', outside(text)],
  lines: [['By policy ', outside(text), '.']],
})

describe('what comes from outside', () => {
  it('mentions nobody and links nowhere in Slack', () => {
    const { text } = slackBody(messageWith('<!channel> <https://evil|here> @all & `x`'))

    expect(text).not.toMatch(/<|>|@all/)
    expect(text).toContain("&lt;!channel&gt; &lt;https://evil|here&gt; @\u200Ball &amp; 'x'")
  })

  it('leaves of a Slack message as many lines, and no character that begins a mention, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), name => {
        const { text } = slackBody(messageWith(name))
        const [title = '', ...lines] = text.split('\n')

        expect(lines).toHaveLength(1)
        expect(text).not.toMatch(/[<>]|@(?!\u200B)/)
        expect(lines[0]?.match(/`/g) ?? []).toHaveLength(lines[0] === 'By policy .' ? 0 : 2)
        expect(title.slice(1, -1)).not.toMatch(/[*`~]/)
      }),
    )
  })

  it('stands in Teams in text runs alone, which know no Markdown', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), name => {
        const blocks = teamsBody(messageWith(name)).attachments[0]?.content.body ?? []

        expect(blocks.map(({ type }) => type)).toEqual(['RichTextBlock', 'RichTextBlock'])
        expect(new Set(blocks.flatMap(({ inlines }) => inlines.map(({ type }) => type)))).toEqual(new Set(['TextRun']))
        expect(JSON.stringify(blocks)).not.toMatch(/\\n|\\r|[\u202A-\u202E]/)
      }),
    )
  })

  it('leaves a subject that SNS takes: less than 100 characters of ASCII, on one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), name => {
        expect(emailOf(messageWith(name)).subject).toMatch(/^shelflife[\x20-\x7E]{1,90}$/)
        expect(emailOf(messageWith(name)).text.split('\n')).toHaveLength(2)
      }),
    )
  })
})
