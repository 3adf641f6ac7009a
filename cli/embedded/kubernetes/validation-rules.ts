import { Environment, type ParseResult } from '@marcbachmann/cel-js'
import { itemElement, schemaShape } from './field-shape.ts'
import { isObject, type JsonObject, type JsonValue } from './kubernetes-object.ts'
import { invalidValue, type StatusCause } from './status-error.ts'

interface Rule {
  evaluate: ParseResult
  isTransition: boolean
  message: string
}

/** One schema node that carries rules, or has a child that does. */
interface RuleNode {
  rules: Rule[]
  fields: [name: string, node: RuleNode][]
  items: RuleNode | undefined
  schema: JsonObject
}

/** Checks an object against its schema's x-kubernetes-validations; `old` is absent on create. */
export type RuleChecker = (object: JsonObject, old: JsonObject | undefined) => StatusCause[]

const environment = new Environment({ unlistedVariablesAreDyn: true })
  .registerVariable('self', 'dyn')
  .registerVariable('oldSelf', 'dyn')

export function compileValidationRules(schema: JsonObject): RuleChecker {
  const root = compileNode(schema)
  return (object, old) => (root ? checkNode(root, object, old, '') : [])
}

function compileNode(schema: JsonObject): RuleNode | undefined {
  const declared = schema['x-kubernetes-validations']
  const rules = (Array.isArray(declared) ? declared : []).flatMap(rule => (isObject(rule) ? [compileRule(rule)] : []))
  const fields = Object.entries(isObject(schema.properties) ? schema.properties : {}).flatMap(
    ([name, child]): [string, RuleNode][] => {
      const node = isObject(child) ? compileNode(child) : undefined
      return node ? [[name, node]] : []
    },
  )
  const items = isObject(schema.items) ? compileNode(schema.items) : undefined
  return rules.length + fields.length > 0 || items ? { rules, fields, items, schema } : undefined
}

function compileRule(rule: JsonObject): Rule {
  const expression = String(rule.rule)
  return {
    evaluate: environment.parse(expression),
    isTransition: /\boldSelf\b/.test(expression),
    message: typeof rule.message === 'string' ? rule.message : `failed rule: ${expression}`,
  }
}

function checkNode(
  node: RuleNode,
  value: JsonValue | undefined,
  old: JsonValue | undefined,
  path: string,
): StatusCause[] {
  if (value === undefined || value === null) return []
  const own = node.rules
    .filter(rule => !rule.isTransition || (old !== undefined && old !== null))
    .flatMap(rule => checkRule(rule, value, old, path))
  if (Array.isArray(value)) return [...own, ...checkItems(node, value, old, path)]
  const inFields = node.fields.flatMap(([name, child]) =>
    isObject(value)
      ? checkNode(child, value[name], isObject(old) ? old[name] : undefined, path ? `${path}.${name}` : name)
      : [],
  )
  return [...own, ...inFields]
}

function checkItems(node: RuleNode, items: JsonValue[], old: JsonValue | undefined, path: string): StatusCause[] {
  const { items: itemNode } = node
  if (!itemNode) return []
  const shape = schemaShape(node.schema)
  // Only the items of an associative list have an earlier self: an index is no identity.
  const oldItems = new Map(
    shape.listKeys?.length && Array.isArray(old) ? old.map(item => [itemElement(shape, item), item]) : [],
  )
  return items.flatMap((item, index) =>
    checkNode(itemNode, item, oldItems.get(itemElement(shape, item)), `${path}[${index}]`),
  )
}

function checkRule(rule: Rule, value: JsonValue, old: JsonValue | undefined, path: string): StatusCause[] {
  const shown = isObject(value) || Array.isArray(value) ? undefined : value
  try {
    const holds: unknown = rule.evaluate({ self: value, ...(old !== undefined && { oldSelf: old }) })
    return holds === true ? [] : [invalidValue(path, rule.message, shown)]
  } catch (error) {
    const why = error instanceof Error ? evaluationError(error.message) : String(error)
    return [invalidValue(path, `${why} evaluating rule: ${rule.message}`, typeName(value))]
  }
}

function typeName(value: JsonValue): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'number' ? 'integer' : typeof value
}

function evaluationError(message: string): string {
  const [first = ''] = message.split('\n')
  return first.startsWith('Invalid duration string')
    ? "type conversion error from 'string' to 'google.protobuf.Duration'"
    : first
}
