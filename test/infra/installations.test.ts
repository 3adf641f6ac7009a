import { expect, it } from 'vitest'
import { fullConfig } from './full-config.ts'
import { resourcesOf, synthesize } from './synthesized.ts'

const named = (name: string) => synthesize({ ...fullConfig, name })
const [prod, dev] = [synthesize(fullConfig), named('dev')]

/** Every text that a resource would be known by in its account and region. */
const fixedNames = ({ state, pipeline }: typeof prod): string[] =>
  [state, pipeline].flatMap(template =>
    Object.values(template.toJSON().Resources as Record<string, { Type: string; Properties?: Record<string, unknown> }>)
      .flatMap(({ Type, Properties = {} }) =>
        ['Name', 'TableName', 'BucketName', 'QueueName', 'TopicName', 'FunctionName', 'RoleName', 'DashboardName']
          .map(property => Properties[property])
          .filter(name => typeof name === 'string')
          .map(name => `${Type} ${name}`),
      )
      .concat(Object.values(template.toJSON().Outputs ?? {}).flatMap(exportedName)),
  )

const exportedName = (output: unknown): string[] => {
  const { Export } = output as { Export?: { Name: string } }
  return Export ? [`export ${Export.Name}`] : []
}

it('lets two installations of an account and region have no name in common', () => {
  const both = [...fixedNames(prod), ...fixedNames(dev)]

  expect(fixedNames(prod).length).toBeGreaterThan(4)
  expect(new Set(both).size).toBe(both.length)
})

it('has what it counts, and what it may read of old copies, under the name of the installation', () => {
  const namespaces = resourcesOf(dev.pipeline, 'AWS::Logs::MetricFilter').map(
    ([, { Properties }]) => (Properties.MetricTransformations as { MetricNamespace: string }[])[0]?.MetricNamespace,
  )
  const policies = JSON.stringify(resourcesOf(dev.pipeline, 'AWS::IAM::Policy'))

  expect(new Set(namespaces)).toEqual(new Set(['dev']))
  expect(policies).toContain(':secret:dev/pull/*')
  expect(policies).not.toContain('shelflife/pull')
})

it('tells each function whose it is', () => {
  const ids = resourcesOf(dev.pipeline, 'AWS::Lambda::Function')
    .map(([, { Properties }]) => (Properties.Environment as { Variables?: Record<string, unknown> })?.Variables)
    .filter(variables => variables?.SETTINGS_FILE !== undefined || variables?.TABLE_NAME !== undefined)
    .map(variables => JSON.stringify(variables?.INSTALLATION))

  expect(ids.length).toBeGreaterThan(5)
  expect(new Set(ids)).toEqual(new Set([expect.stringContaining('/dev')]))
})
