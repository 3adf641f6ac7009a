import { type Field, type FieldSchema, fieldsOf, type Kind, parseKind } from './crd-fields.ts'

const head = `# Fields of the three kinds

Written by \`npm run reference\` from [\`infra/cluster/crds\`](../infra/cluster/crds): what the API server checks, and what
\`kubectl explain\` says. How the fields work together stands in the [reference](reference.md).
`

/** The page of all fields, from the texts of the definitions in the order in which they are to stand. */
export const crdReference = (definitions: readonly string[]): string =>
  [head, ...definitions.map(text => sectionOf(parseKind(text)))].join('\n')

function sectionOf(kind: Kind): string {
  const names = `For kubectl: ${[kind.plural, ...kind.shortNames].map(code).join(', ')}.`
  const selectable = kind.selectable.length > 0 ? ` \`--field-selector\`: ${kind.selectable.map(code).join(', ')}.` : ''
  const rows = [
    ['field', 'type', 'default', 'limits', 'description'],
    ['---', '---', '---', '---', '---'],
    ...fieldsOf(kind).map(cellsOf),
  ]
  const table = rows.map(cells => `| ${cells.join(' | ')} |\n`).join('')
  return `## ${kind.kind}\n\n${prose(kind.schema.description ?? '')} ${names}${selectable}\n\n${table}`
}

const cellsOf = ({ path, isRequired, schema }: Field): string[] => [
  code(path),
  typeOf(schema),
  'default' in schema ? code(textOf(schema.default)) : '',
  [...(isRequired ? ['required'] : []), ...limitsOf(schema)].join('; '),
  prose(schema.description ?? ''),
]

function typeOf({ type, format, items, additionalProperties }: FieldSchema): string {
  if (items) return `list of ${typeOf(items)}`
  if (additionalProperties) return `map of ${typeOf(additionalProperties)}`
  return format === undefined ? type : `${type} (${format})`
}

function limitsOf(schema: FieldSchema): string[] {
  const each = schema.items ? limitsOf(schema.items).map(limit => `each: ${limit}`) : []
  const keys = schema['x-kubernetes-list-map-keys']
  return [
    ...(schema.enum ? [`one of ${schema.enum.map(code).join(', ')}`] : []),
    ...rangeOf(schema.minimum, schema.maximum),
    ...rangeOf(schema.minLength, schema.maxLength, ' characters'),
    ...rangeOf(schema.minItems, schema.maxItems, ' entries'),
    ...(schema['x-kubernetes-list-type'] === 'set' ? ['no entry twice'] : []),
    ...(keys ? [`one entry for each ${keys.map(code).join(' and ')}`] : []),
    ...(schema.pattern === undefined ? [] : [`matches ${code(schema.pattern)}`]),
    ...(schema['x-kubernetes-validations'] ?? []).map(({ message }) => prose(message)),
    ...each,
  ]
}

function rangeOf(least: number | undefined, most: number | undefined, unit = ''): string[] {
  if (least === undefined && most === undefined) return []
  if (most === undefined) return [`at least ${least}${unit}`]
  if (least === undefined) return [`at most ${most}${unit}`]
  return [`${least === most ? least : `${least} to ${most}`}${unit}`]
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** A bar ends a cell of a table, also between backticks. */
const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``

/** What Markdown would take for something else. */
const prose = (text: string): string => text.trim().replaceAll(/[\\|*<]/g, '\\$&')
