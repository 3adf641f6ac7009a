/** The spec of a policy, as JSON. */
export type Spec = Readonly<Record<string, unknown>>

/** A number of a policy that says what is kept, or how much is deleted at once. */
export interface SpecNumber {
  /** Where it stands: `['rules', '0', 'keepRecent']`. */
  readonly path: readonly string[]
  /** Absent where the policy does not name it. */
  readonly value?: number
}

const keepNumbers = ['keepRecent', 'unusedDays', 'keepDays']
const semverNumbers = ['majorVersions', 'minorVersions', 'patches']
const limits = ['maxDeletionsPerRun', 'maxDeletionPercent']

/** What can be changed, in the order of the reference; what each of the policy's rules names comes after the policy's own. */
export function numbersOf(spec: Spec): SpecNumber[] {
  const rules = Array.isArray(spec.rules) ? spec.rules : []
  return [
    ...keepNumbers.map(name => numberAt(spec, [name])),
    ...named(spec, semverNumbers, ['semver']),
    ...limits.map(name => numberAt(spec, [name])),
    ...rules.flatMap((_, at) => [
      ...named(spec, keepNumbers, ['rules', String(at)]),
      ...named(spec, semverNumbers, ['rules', String(at), 'semver']),
    ]),
  ]
}

const named = (spec: Spec, names: readonly string[], place: readonly string[]): SpecNumber[] =>
  names.map(name => numberAt(spec, [...place, name])).filter(({ value }) => value !== undefined)

function numberAt(spec: Spec, path: readonly string[]): SpecNumber {
  let found: unknown = spec
  for (const name of path) found = isObject(found) ? found[name] : undefined
  return { path, ...(typeof found === 'number' && { value: found }) }
}

/** The spec with that number; without it where it is undefined. What is not on the way there is the same object. */
export function withNumber(spec: Spec, [name = '', ...rest]: readonly string[], value: number | undefined): Spec {
  if (rest.length > 0) return { ...spec, [name]: changedBelow(spec[name], rest, value) }
  const { [name]: _, ...others } = spec
  return value === undefined ? others : { ...others, [name]: value }
}

function changedBelow(found: unknown, path: readonly string[], value: number | undefined): unknown {
  if (!Array.isArray(found)) return withNumber(isObject(found) ? found : {}, path, value)
  const [at, ...rest] = path
  return found.map((item, place) => (String(place) === at ? withNumber(isObject(item) ? item : {}, rest, value) : item))
}

const isObject = (value: unknown): value is Spec => typeof value === 'object' && value !== null

/** `rules[0].keepRecent`, as messages name it. */
export const pathText = (path: readonly string[]): string =>
  path.map((name, at) => (/^\d+$/.test(name) ? `[${name}]` : `${at === 0 ? '' : '.'}${name}`)).join('')
