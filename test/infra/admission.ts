import { readFileSync } from 'node:fs'
import { Environment } from '@marcbachmann/cel-js'
import { parseAllDocuments } from 'yaml'
import * as z from 'zod'

const admission = z.object({
  spec: z.object({
    variables: z.array(z.object({ name: z.string(), expression: z.string() })),
    validations: z.array(
      z.object({ expression: z.string(), message: z.string().optional(), messageExpression: z.string().optional() }),
    ),
  }),
})

/** What the API server hands to the expressions of a ValidatingAdmissionPolicy, as far as ours asks for it. */
export interface Request {
  readonly operation: 'CREATE' | 'UPDATE'
  readonly namespace: string
  readonly object: object
  readonly oldObject: object | null
  /** Where the caller may delete Repositories; `*` is everywhere. */
  readonly mayDeleteIn: readonly string[]
}

class Authorizer {}
class Check {
  readonly namespace: string
  readonly rights: readonly string[]
  constructor(rights: readonly string[], namespace = '*') {
    this.rights = rights
    this.namespace = namespace
  }
}
class Decision {
  readonly isAllowed: boolean
  constructor(isAllowed: boolean) {
    this.isAllowed = isAllowed
  }
}

const file = new URL('../../infra/cluster/admission.yaml', import.meta.url)

/** Why the policy of that name in admission.yaml refuses the request; undefined where it does not. */
export function refusalOf(policyName: string, { mayDeleteIn, ...request }: Request): string | undefined {
  const documents = parseAllDocuments(readFileSync(file, 'utf8')).map(document => document.toJS())
  const policy = documents.find(
    one => one.kind === 'ValidatingAdmissionPolicy' && one.metadata.name === `${policyName}.image.theriseunion.io`,
  )
  const { variables, validations } = admission.parse(policy).spec
  const environment = environmentOf(mayDeleteIn)
  const context: Record<string, unknown> = {
    object: request.object,
    oldObject: request.oldObject,
    request: { operation: request.operation, namespace: request.namespace },
    authorizer: new Authorizer(),
  }
  context.variables = lazily(variables, expression => environment.evaluate(expression, context))
  const failed = validations.find(({ expression }) => environment.evaluate(expression, context) !== true)
  if (!failed) return undefined
  return failed.message ?? String(environment.evaluate(failed.messageExpression ?? '', context))
}

function environmentOf(mayDeleteIn: readonly string[]): Environment {
  return new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false })
    .registerType('Authorizer', Authorizer)
    .registerType('Check', Check)
    .registerType('Decision', Decision)
    .registerFunction('Authorizer.group(string): Check', () => new Check(mayDeleteIn))
    .registerFunction('Check.resource(string): Check', (check: Check) => check)
    .registerFunction('Check.namespace(string): Check', (check: Check, name: string) => new Check(check.rights, name))
    .registerFunction(
      'Check.check(string): Decision',
      ({ rights, namespace }: Check, verb: string) =>
        new Decision(verb === 'delete' && (rights.includes('*') || rights.includes(namespace))),
    )
    .registerFunction('Decision.allowed(): bool', (decision: Decision) => decision.isAllowed)
}

/** As the API server does: a variable that no expression needs is never evaluated. */
function lazily(
  variables: readonly { name: string; expression: string }[],
  evaluate: (expression: string) => unknown,
): object {
  const lazy = {}
  for (const { name, expression } of variables)
    Object.defineProperty(lazy, name, { enumerable: true, get: () => evaluate(expression) })
  return lazy
}
