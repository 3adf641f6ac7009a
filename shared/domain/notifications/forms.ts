import { type Line, type Message, oneLine, written } from './message.ts'

/**
 * Names stand in code, where nothing is bold and nothing links. `<!channel>` and links live by their angle brackets, and in
 * Mattermost a mention by its `@`, which a space of no width parts from its word.
 *
 * @see https://docs.slack.dev/messaging/formatting-message-text
 */
const slackCode = (text: string): string => {
  const safe = text
    .replaceAll('`', "'")
    .replaceAll('@', '@\u200B')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
  return safe === '' ? '' : `\`${safe}\``
}

/** The body of a Slack-compatible incoming webhook. */
export const slackBody = ({ title, lines }: Message) => ({
  text: [`*${written(title, slackPlain)}*`, ...lines.map(line => written(line, slackCode))].join('\n'),
  link_names: false,
  unfurl_links: false,
  unfurl_media: false,
})

/** Within the bold title no code may stand: what would end or begin something there is taken out. */
const slackPlain = (text: string): string => slackCode(text.replace(/[*_~`]/g, ' ')).replaceAll('`', '')

/**
 * The body of a Teams workflow: an Adaptive Card of text runs, which alone know no Markdown, mentions or functions such as
 * `{{DATE()}}`, so that names stand in it as they are.
 *
 * @see https://adaptivecards.microsoft.com/?topic=TextRun
 */
export const teamsBody = ({ title, lines }: Message) => ({
  type: 'message',
  attachments: [
    {
      contentType: 'application/vnd.microsoft.card.adaptive',
      contentUrl: null,
      content: {
        $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
        type: 'AdaptiveCard',
        version: '1.4',
        msteams: { width: 'Full' },
        body: [textBlock(title, { weight: 'Bolder', size: 'Medium' }), ...lines.map(line => textBlock(line))],
      },
    },
  ],
})

const textBlock = (line: Line, look: Readonly<Record<string, string>> = {}) => ({
  type: 'RichTextBlock',
  inlines: line.map(part => ({
    type: 'TextRun',
    ...look,
    ...(typeof part === 'string' ? { text: part } : { text: oneLine(part.outside), fontType: 'Monospace' }),
  })),
})

const maxSubject = 100

/**
 * Subject and text of an e-mail. A subject has less than 100 characters of ASCII, on one line, and begins with a letter.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export function emailOf({ title, lines }: Message): { readonly subject: string; readonly text: string } {
  const ascii = `shelflife: ${written(title, text => text)}`.replace(/[^\x20-\x7E]/g, '?')
  const subject = ascii.length < maxSubject ? ascii : `${ascii.slice(0, maxSubject - 4)}...`
  return { subject, text: [title, ...lines].map(line => written(line, text => text)).join('\n') }
}
