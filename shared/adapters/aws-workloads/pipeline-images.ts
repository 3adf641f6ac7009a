import * as z from 'zod'

/** The fields by which steps name an image: of processing, training, models, debugging rules. */
const imageFields: ReadonlySet<string> = new Set(['Image', 'ImageUri', 'TrainingImage', 'RuleEvaluatorImage'])

/** Ten parameters of ten values each must not fill the memory. */
const mostTexts = 1_000

const parameter = z.looseObject({
  Name: z.string(),
  DefaultValue: z.unknown().optional(),
  EnumValues: z.array(z.unknown()).optional(),
})
const definition = z.looseObject({ Parameters: z.array(z.unknown()).optional() })
const getter = z.looseObject({ Get: z.string() })
const joiner = z.looseObject({ 'Std:Join': z.looseObject({ On: z.string().optional(), Values: z.array(z.unknown()) }) })

/** What each parameter may stand for, by the name under which steps get it: `Parameters.Image`. */
type Texts = ReadonlyMap<string, readonly string[]>

/**
 * The images that the steps of a pipeline name, each once: as text, by a parameter with its default and the values it may
 * take, and joined of these. What only an execution says, by a parameter of its own or the output of a step, is not there.
 *
 * @see https://aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/
 */
export function imagesOfPipeline(pipeline: unknown): string[] {
  const parameters = textsOfParameters(pipeline)
  const found = new Set<string>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [field, child] of Object.entries(value)) {
      if (imageFields.has(field)) for (const image of textsOf(child, parameters)) if (image !== '') found.add(image)
      visit(child)
    }
  }
  visit(pipeline)
  return [...found]
}

function textsOfParameters(pipeline: unknown): Texts {
  const { data } = definition.safeParse(pipeline)
  const named = (data?.Parameters ?? []).flatMap(one => parameter.safeParse(one).data ?? [])
  return new Map(
    named.map(({ Name, DefaultValue, EnumValues = [] }) => [
      `Parameters.${Name}`,
      [...new Set([DefaultValue, ...EnumValues].filter(value => typeof value === 'string'))],
    ]),
  )
}

/** All that a value may stand for; none where that is not known before it runs. */
function textsOf(value: unknown, parameters: Texts): readonly string[] {
  if (typeof value === 'string') return [value]
  const got = getter.safeParse(value).data
  if (got !== undefined) return parameters.get(got.Get) ?? []
  const joined = joiner.safeParse(value).data?.['Std:Join']
  return joined === undefined ? [] : joinedTexts(joined.Values, joined.On ?? '', parameters)
}

/** One text for each choice of its parts, that of all defaults first; of very many no more than so many. */
function joinedTexts(values: readonly unknown[], on: string, parameters: Texts): readonly string[] {
  const choices = values.map(value => textsOf(value, parameters))
  return choices.reduce(
    (begun, next, at) =>
      at === 0 ? next : begun.flatMap(text => next.map(more => `${text}${on}${more}`)).slice(0, mostTexts),
    [''] as readonly string[],
  )
}
