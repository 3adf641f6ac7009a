import * as z from 'zod'
import { findReferred } from '../../domain/image-name.ts'
import { placeholderOf } from './image-names.ts'

/** The fields by which steps name an image: of processing, training, models, debugging rules. */
const imageFields: ReadonlySet<string> = new Set(['Image', 'ImageUri', 'TrainingImage', 'RuleEvaluatorImage'])

/** Ten parameters of ten values each must not fill the memory. */
const mostTexts = 1_000
const rest = placeholderOf('rest')

const parameter = z.looseObject({
  Name: z.string(),
  DefaultValue: z.unknown().optional(),
  EnumValues: z.array(z.unknown()).optional(),
})
const definition = z.looseObject({ Parameters: z.array(z.unknown()).optional() })
const getter = z.looseObject({ Get: z.string() })
const joiner = z.looseObject({ 'Std:Join': z.looseObject({ On: z.string().optional(), Values: z.array(z.unknown()) }) })

type Value = string | number | boolean

/** What each parameter may stand for, by the name under which steps get it: `Parameters.Image`. */
type Values = ReadonlyMap<string, readonly Value[]>

/**
 * The images that the steps of a pipeline name, each once: as text, by a parameter with its default and the values it may
 * take, and joined of these. For what only an execution says, by a parameter of its own or the output of a step, a placeholder
 * stands in a name that is joined: it means any tag of the repository. Where nothing of a name is known it is not there.
 *
 * @see https://aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/
 */
export function imagesOfPipeline(pipeline: unknown): string[] {
  const parameters = valuesOfParameters(pipeline)
  const found = new Set<string>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [field, child] of Object.entries(value)) {
      if (imageFields.has(field))
        for (const image of valuesOf(child, parameters))
          if (typeof image === 'string' && namesOne(image)) found.add(image)
      visit(child)
    }
  }
  visit(pipeline)
  return [...found]
}

const namesOne = (image: string): boolean =>
  image !== '' && (!image.includes('${') || findReferred(image) !== undefined)

function valuesOfParameters(pipeline: unknown): Values {
  const { data } = definition.safeParse(pipeline)
  const named = (data?.Parameters ?? []).flatMap(one => parameter.safeParse(one).data ?? [])
  return new Map(
    named.map(({ Name, DefaultValue, EnumValues }) => {
      const name = `Parameters.${Name}`
      const values = [DefaultValue, ...(EnumValues ?? [])].filter(isValue)
      // One that is free may be given any other.
      return [name, [...new Set(EnumValues === undefined ? [...values, placeholderOf(name)] : values)]]
    }),
  )
}

const isValue = (value: unknown): value is Value => /^(string|number|boolean)$/.test(typeof value)

/** All that a value may stand for; a placeholder where that is not known before it runs. */
function valuesOf(value: unknown, parameters: Values): readonly Value[] {
  if (isValue(value)) return [value]
  const got = getter.safeParse(value).data?.Get
  if (got !== undefined) return parameters.get(got) ?? [placeholderOf(got)]
  const joined = joiner.safeParse(value).data?.['Std:Join']
  return joined === undefined ? [placeholderOf('unknown')] : joinedTexts(joined.Values, joined.On ?? '', parameters)
}

/** One text for each choice of its parts, that of all defaults first; of very many a placeholder stands for the rest of the parts. */
function joinedTexts(values: readonly unknown[], on: string, parameters: Values): readonly string[] {
  const choices = values.map(value => valuesOf(value, parameters))
  const each = choices.reduce<readonly string[]>((begun, next, at) => {
    if (at === 0) return next.map(String)
    const isMany = Math.min(begun.length, next.length) > 1 && begun.length * next.length > mostTexts
    return begun.flatMap(text => (isMany ? [rest] : next).map(more => `${text}${on}${more}`))
  }, [])
  const first = choices.map(([value = '']) => String(value)).join(on)
  return [...new Set([first, ...each])]
}
