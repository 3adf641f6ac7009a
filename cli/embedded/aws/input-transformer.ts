/** An EventBridge input transformer: variables cut out of the event, and the text that they are put into. */
export interface InputTransformer {
  readonly inputPathsMap: Readonly<Record<string, string>>
  readonly inputTemplate: string
}

/** The value at a path such as `$.detail.repository`; undefined when the event has none. */
export const valueAtPath = (event: unknown, path: string): unknown =>
  path
    .split('.')
    .slice(1)
    .reduce<unknown>(
      (value, field) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined,
      event,
    )

/**
 * Puts the variables in the places marked `<name>`. Inside quotes a text goes in without quotes of its own; a variable
 * the event does not have becomes empty text, as in EventBridge.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export const transformInput = (transformer: InputTransformer, event: unknown): string =>
  transformer.inputTemplate.replace(
    /("[^"\n]*")|<([A-Za-z0-9_-]+)>/g,
    (_whole, quoted: string | undefined, name: string) => {
      if (quoted === undefined) return JSON.stringify(variableOf(transformer, name, event) ?? '')
      return quoted.replace(/<([A-Za-z0-9_-]+)>/g, (_, inner: string) =>
        escapedText(variableOf(transformer, inner, event) ?? ''),
      )
    },
  )

const variableOf = (transformer: InputTransformer, name: string, event: unknown): unknown => {
  const path = transformer.inputPathsMap[name]
  return path === undefined ? undefined : valueAtPath(event, path)
}

const escapedText = (value: unknown): string =>
  JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value)).slice(1, -1)
