import messageTexts from './messages.json' with { type: 'json' }

export interface MessageField {
  /** Undefined for a message whose fields stand among those of its parent. */
  name: string | undefined
  /** A scalar, a type that has a form of its own in JSON, or another message. */
  type: string
  /** Of the type there may be `many`, one under each key of a `map`, one that is told apart from none (`maybe`), or `one`. */
  count: 'one' | 'maybe' | 'many' | 'map'
}

/** The fields of a message by their numbers. */
export type Message = ReadonlyMap<number, MessageField>

const texts = new Map<string, string>(Object.entries(messageTexts))
const read = new Map<string, Message>()

/** Undefined for a name that is none of a message. */
export function findMessage(name: string): Message | undefined {
  const text = texts.get(name)
  if (text === undefined) return undefined
  const known = read.get(name)
  if (known) return known
  const message = new Map(text.split('; ').map(parseField))
  read.set(name, message)
  return message
}

/** `14 finalizers []string`, as `npm run protobuf` writes it. */
function parseField(text: string): [number, MessageField] {
  const [, number, name, mark = '', type = ''] = /^(\d+) (\S+) (\*|\[\]|map )?(\S+)$/.exec(text) ?? []
  const count = mark === '*' ? 'maybe' : mark === '[]' ? 'many' : mark ? 'map' : 'one'
  return [Number(number), { name: name === '-' ? undefined : name, type, count }]
}
