import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import * as z from 'zod'
import { issueText } from '../../../shared/domain/issue-text.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { ageOf } from './age.ts'
import { schemaShape } from './field-shape.ts'
import { isObject, type JsonObject, type JsonValue, type KubernetesObject, valueAt } from './kubernetes-object.ts'
import { countManualSyncs } from './manual-sync.ts'
import { validateMetadata } from './object-metadata.ts'
import type { PrinterColumn, ResourceType } from './resource-type.ts'
import { compileSchema, hidesRules } from './schema-validation.ts'
import { pruneUnknown } from './structural-schema.ts'
import { compileValidationRules, type RuleChecker } from './validation-rules.ts'

const columnSchema = z.object({
  name: z.string(),
  type: z.string(),
  jsonPath: z.string(),
  format: z.string().default(''),
  description: z.string().optional(),
  priority: z.number().default(0),
})

const versionSchema = z.object({
  name: z.string(),
  served: z.boolean(),
  storage: z.boolean(),
  subresources: z.object({ status: z.object({}).optional() }).default({}),
  additionalPrinterColumns: z.array(columnSchema).default([]),
  selectableFields: z.array(z.object({ jsonPath: z.string() })).default([]),
  schema: z.object({ openAPIV3Schema: z.custom<JsonObject>(isObject, 'expected a schema') }),
})

const definitionSchema = z.object({
  kind: z.literal('CustomResourceDefinition'),
  spec: z.object({
    group: z.string(),
    scope: z.enum(['Namespaced', 'Cluster']),
    names: z.object({
      kind: z.string(),
      plural: z.string(),
      singular: z.string().optional(),
      shortNames: z.array(z.string()).default([]),
      categories: z.array(z.string()).default([]),
    }),
    versions: z.array(versionSchema),
  }),
})

type Definition = z.infer<typeof definitionSchema>
type Version = z.infer<typeof versionSchema>

/** Reads CRDs, given as parsed objects or as paths of YAML files. */
export async function loadCustomResources(definitions: readonly unknown[]): Promise<ResourceType[]> {
  return Promise.all(definitions.map(async definition => resourceTypeOf(await parsedDefinition(definition))))
}

async function parsedDefinition(definition: unknown): Promise<Definition> {
  const raw: unknown = typeof definition === 'string' ? parse(await readFile(definition, 'utf8')) : definition
  const parsed = definitionSchema.safeParse(raw)
  if (parsed.success) return parsed.data
  const where = typeof definition === 'string' ? definition : 'the given object'
  throw new InvalidInputError(
    `expected a CustomResourceDefinition in ${where}: ${issueText(parsed.error, raw, 'the whole')}`,
  )
}

function resourceTypeOf({ spec }: Definition): ResourceType {
  const version = spec.versions.find(candidate => candidate.storage)
  if (!version) throw new InvalidInputError(`expected a storage version in the definition of ${spec.names.plural}`)
  const schema = version.schema.openAPIV3Schema
  return {
    group: spec.group,
    version: version.name,
    plural: spec.names.plural,
    singular: spec.names.singular ?? spec.names.kind.toLowerCase(),
    kind: spec.names.kind,
    namespaced: spec.scope === 'Namespaced',
    shortNames: spec.names.shortNames,
    categories: spec.names.categories,
    hasGeneration: true,
    hasStatus: version.subresources.status !== undefined,
    isCustom: true,
    columns: columnsOf(version),
    selectableFields: version.selectableFields.map(field => field.jsonPath.replace(/^\./, '')),
    shape: schemaShape(schema),
    openApiSchema: schema,
    admit: () => {},
    count: spec.names.kind === 'Repository' ? countManualSyncs : () => {},
    ...schemaRules(schema, spec.names.kind),
  }
}

function schemaRules(
  schema: JsonObject,
  kind: string,
): Pick<ResourceType, 'unknownFields' | 'typeErrors' | 'complete' | 'validate'> {
  const validator = compileSchema(schema)
  let rules: RuleChecker | undefined
  return {
    unknownFields: object => pruneUnknown(schema, structuredClone(object)),
    typeErrors: validator.typeErrors,
    complete: object => {
      pruneUnknown(schema, object)
      validator.fillDefaults(object)
    },
    validate: (object, old, subresource) => {
      rules ??= compileValidationRules(schema)
      const causes = [...validateMetadata(object.metadata, kind), ...validator.validate(object, subresource)]
      return hidesRules(causes) ? causes : [...causes, ...rules(object, old)]
    },
  }
}

function columnsOf(version: Version): PrinterColumn[] {
  const columns = version.additionalPrinterColumns.map(column => ({
    name: column.name,
    type: column.type,
    format: column.format,
    description: column.description ?? `Custom resource definition column (in JSONPath format): ${column.jsonPath}`,
    priority: column.priority,
    cell: cellReader(column.jsonPath, column.type),
  }))
  return [nameColumn, ...columns]
}

const nameColumn: PrinterColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description:
    'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
  priority: 0,
  cell: object => object.metadata.name,
}

function cellReader(jsonPath: string, type: string): (object: KubernetesObject, now: Date) => JsonValue {
  const steps = stepsOf(jsonPath)
  return (object, now) => {
    const value = steps.reduce<JsonValue | undefined>((at, step) => step(at), object)
    if (value === undefined || value === null) return null
    if (type === 'date') return ageOf(value, now) ?? '<invalid>'
    if (type === 'string') return typeof value === 'string' ? value : JSON.stringify(value)
    return typeof value === type || typeof value === 'number' ? value : null
  }
}

type Step = (at: JsonValue | undefined) => JsonValue | undefined

/** What columns take of a JSONPath: `.field`, and of a list the entry of a type, `[?(@.type=="Ready")]`. */
const stepsOf = (jsonPath: string): Step[] =>
  [...jsonPath.matchAll(/\[\?\(@\.type=="([^"]+)"\)\]|([^.[\]]+)/g)].map(([, type, field]) =>
    type === undefined
      ? at => valueAt(at, [field ?? ''])
      : at => (Array.isArray(at) ? at.find(one => valueAt(one, ['type']) === type) : undefined),
  )
