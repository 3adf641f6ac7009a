import { App, Stack, Stage } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import type { Construct } from 'constructs'
import { describe, expect, it } from 'vitest'
import { Shelflife } from '../../infra/shelflife.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { fullConfig } from './full-config.ts'
import { synthesize } from './synthesized.ts'

/** Where in the app a construct stands says nothing else: the name of a statement means nothing, and code is not bundled here. */
const ofPlaces = ['Metadata', 'Sid', 'S3Key']
const withoutPlaces = (template: Template): unknown =>
  JSON.parse(JSON.stringify(template.toJSON(), (key, value) => (ofPlaces.includes(key) ? undefined : value)))

const appOf = () => new App({ context: { 'aws:cdk:bundling-stacks': [] }, analyticsReporting: false })

const scopes: Record<string, (app: App) => Construct> = {
  App: app => app,
  Stage: app => new Stage(app, 'Production'),
  Stack: app => new Stack(app, 'Mine'),
}

describe('the construct', () => {
  it.each(Object.entries(scopes))(
    'makes below a %s the stacks of our own app, whatever flags are set',
    (_, scopeOf) => {
      const expected = synthesize(fullConfig)

      const made = new Shelflife(scopeOf(appOf()), 'Images', fullConfig)

      const { state, work, pipeline } = made
      expect([state, work, pipeline].map(stack => stack.stackName)).toEqual([
        'ShelflifeState',
        'ShelflifeWork',
        'ShelflifePipeline',
      ])
      expect(withoutPlaces(Template.fromStack(made.state))).toEqual(withoutPlaces(expected.state))
      expect(withoutPlaces(Template.fromStack(made.work))).toEqual(withoutPlaces(expected.work))
      expect(withoutPlaces(Template.fromStack(made.pipeline))).toEqual(withoutPlaces(expected.pipeline))
    },
  )

  it('refuses what the configuration of a clone refuses, in the same words', () => {
    const registry = { host: 'harbor.example.com', deleteSecret: 'shelflife/harbor/cleaner' }

    const make = (settings: object) => () => new Shelflife(appOf(), 'Images', { settings })

    expect(make({ registries: [registry] })).toThrow(/registries\[0\].grants: expected which namespaces/)
    expect(make({ nothing: true })).toThrow(InvalidInputError)
  })
})
