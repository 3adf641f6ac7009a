import type { KubernetesObject } from './kubernetes-object.ts'
import { valueAt } from './kubernetes-object.ts'
import type { ResourceType } from './resource-type.ts'
import { badRequest } from './status-error.ts'

export type ObjectMatcher = (object: KubernetesObject) => boolean

/** Reads the two selectors of a request; an unreadable one is the 400 of the real server. */
export function selectorsOf(type: ResourceType, query: URLSearchParams): ObjectMatcher {
  const matchers = [
    ...labelMatchers(query.get('labelSelector') ?? ''),
    ...fieldMatchers(type, query.get('fieldSelector') ?? ''),
  ]
  return object => matchers.every(matches => matches(object))
}

const requirement =
  /^(?:(!)\s*([^\s=!(),]+)|([^\s=!(),]+)(?:\s*(==|=|!=)\s*([^\s=!(),]*)|\s+(in|notin)\s*\(([^()]*)\))?)\s*$/

function labelMatchers(selector: string): ObjectMatcher[] {
  // Commas inside parentheses separate values, not requirements.
  const parts = selector.trim() ? selector.split(/,(?![^(]*\))/) : []
  return parts.map(part => labelMatcher(part.trim()))
}

function labelMatcher(part: string): ObjectMatcher {
  const match = requirement.exec(part)
  if (!match) throw badRequest(unparsable(part))
  const [, not, absent = '', key = '', operator, value = '', setOperator, list = ''] = match
  if (not) return object => object.metadata.labels?.[absent] === undefined
  const values = setOperator ? list.split(',').map(entry => entry.trim()) : [value]
  const labelOf = (object: KubernetesObject) => object.metadata.labels?.[key]
  if (!operator && !setOperator) return object => labelOf(object) !== undefined
  const isNegative = operator === '!=' || setOperator === 'notin'
  return object => values.includes(labelOf(object) ?? '\0') !== isNegative
}

function unparsable(part: string): string {
  const found = part.split(/\s+/)[1] ?? part
  return `unable to parse requirement: found '${found}', expected: in, notin, =, ==, !=, gt, lt`
}

function fieldMatchers(type: ResourceType, selector: string): ObjectMatcher[] {
  const parts = selector ? selector.split(',') : []
  return parts.map(part => {
    const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(part)
    if (!match) throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`)
    const [, path = '', operator, value] = match
    const known = ['metadata.name', ...(type.namespaced ? ['metadata.namespace'] : []), ...type.selectableFields]
    if (!known.includes(path)) throw badRequest(`field label not supported: ${path}`)
    return object => (String(valueAt(object, path.split('.')) ?? '') === value) !== (operator === '!=')
  })
}
