import { describe, expect, it } from 'vitest'
import { placeholderOf } from '../../../../shared/adapters/aws-workloads/image-names.ts'
import { imagesOfPipeline } from '../../../../shared/adapters/aws-workloads/pipeline-images.ts'
import { findReferred } from '../../../../shared/domain/image-name.ts'

const step = (ImageUri: unknown) => ({ Type: 'Processing', Arguments: { AppSpecification: { ImageUri } } })
const get = (Get: string) => ({ Get })
const join = (On: string | undefined, ...Values: unknown[]) => ({ 'Std:Join': { On, Values } })

describe('the images of a pipeline', () => {
  it('are those of steps of every kind, also of those that a condition chooses', () => {
    const training = { Type: 'Training', Arguments: { AlgorithmSpecification: { TrainingImage: 'a/train:1' } } }
    const model = { Type: 'Model', Arguments: { PrimaryContainer: { Image: 'a/model:1' } } }
    const Containers = [{ Image: 'a/many:1' }, { Image: 'a/many:2' }]
    const package_ = { Type: 'RegisterModel', Arguments: { InferenceSpecification: { Containers } } }
    const condition = { Type: 'Condition', Arguments: { IfSteps: [model], ElseSteps: [package_] } }

    const images = imagesOfPipeline({ Steps: [step('a/prepare:1'), training, condition] })

    expect(images).toEqual(['a/prepare:1', 'a/train:1', 'a/model:1', 'a/many:1', 'a/many:2'])
  })

  it('are all that a parameter may stand for', () => {
    const Parameters = [
      { Name: 'Image', Type: 'String', DefaultValue: 'a/app:1', EnumValues: ['a/app:1', 'a/app:2'] },
      { Name: 'Count', Type: 'Integer', DefaultValue: 3 },
    ]

    const images = imagesOfPipeline({
      Parameters,
      Steps: [step(get('Parameters.Image')), step(get('Parameters.Count'))],
    })

    expect(images).toEqual(['a/app:1', 'a/app:2'])
  })

  it('are joined of texts and parameters, one within the other', () => {
    const Parameters = [
      { Name: 'Host', DefaultValue: 'host', EnumValues: ['host'] },
      { Name: 'Tag', DefaultValue: 'v1', EnumValues: ['v2'] },
    ]
    const repository = join('/', get('Parameters.Host'), 'app')

    const images = imagesOfPipeline({ Parameters, Steps: [step(join(':', repository, get('Parameters.Tag')))] })

    expect(images).toEqual(['host/app:v1', 'host/app:v2'])
  })

  it('are joined of numbers and booleans as well', () => {
    const Parameters = [
      { Name: 'Build', Type: 'Integer', DefaultValue: 7, EnumValues: [7, 8] },
      { Name: 'Gpu', Type: 'Boolean', DefaultValue: true, EnumValues: [true] },
    ]
    const tag = join('-', get('Parameters.Build'), get('Parameters.Gpu'), 1.5)

    const images = imagesOfPipeline({ Parameters, Steps: [step(join(':', 'host/app', tag))] })

    expect(images).toEqual(['host/app:7-true-1.5', 'host/app:8-true-1.5'])
  })

  it.each([
    ['a parameter without a default', get('Parameters.Given'), [placeholderOf('Parameters.Given')]],
    ['a free parameter, beside its default', get('Parameters.Free'), ['v1', placeholderOf('Parameters.Free')]],
    ['a parameter that is none of the pipeline', get('Parameters.Other'), [placeholderOf('Parameters.Other')]],
    ['the output of a step', get('Steps.build.Tag'), [placeholderOf('Steps.build.Tag')]],
    ['what is unheard of', { 'Std:JsonGet': { Path: 'tag' } }, [placeholderOf('unknown')]],
  ])('are any of a repository where its tag is %s', (_, tag, expected) => {
    const Parameters = [{ Name: 'Given' }, { Name: 'Free', DefaultValue: 'v1' }]

    const images = imagesOfPipeline({ Parameters, Steps: [step(join(':', 'host.io/app', tag))] })

    expect(images).toEqual(expected.map(one => `host.io/app:${one}`))
    expect(findReferred(images.at(-1) ?? '')).toEqual({ host: 'host.io', path: 'app', repository: 'host.io/app' })
  })

  it('are no more than a thousand of one text that is joined of very many, and any of its repository', () => {
    const values = Array.from({ length: 10 }, (_, at) => String(at))
    const Parameters = values.map(Name => ({ Name, DefaultValue: '0', EnumValues: values }))
    const parts = values.map(name => get(`Parameters.${name}`))

    const images = imagesOfPipeline({ Parameters, Steps: [step(join('', 'host.io/app:', ...parts))] })

    expect([images.length, images[0]]).toEqual([1_001, 'host.io/app:0000000000'])
    expect(findReferred(images.at(-1) ?? '')).toEqual({ host: 'host.io', path: 'app', repository: 'host.io/app' })
  })

  it('are those of every value of a parameter of very many', () => {
    const EnumValues = Array.from({ length: 1_200 }, (_, at) => `host.io/app-${at}`)
    const Parameters = [{ Name: 'Repository', EnumValues }]

    const images = imagesOfPipeline({ Parameters, Steps: [step(join(':', get('Parameters.Repository'), 'v1'))] })

    expect(images).toEqual(EnumValues.map(one => `${one}:v1`))
  })

  it('lack what only an execution says, where no part of the name is known', () => {
    const Parameters = [{ Name: 'Given', Type: 'String' }]
    const part = join('/', 'host.io', get('Steps.build.Name'))
    const unknown = [get('Parameters.Given'), get('Steps.build.OutputParameters["image"]'), part, { odd: true }, 7]

    expect(imagesOfPipeline({ Parameters, Steps: unknown.map(step) })).toEqual([])
  })

  it.each([null, [], 'text', {}, { Parameters: 'odd', Steps: [] }, { Parameters: [null, { Name: 1 }] }])(
    'are none in %j',
    odd => {
      expect(imagesOfPipeline(odd)).toEqual([])
    },
  )

  it('are found beside a parameter that is odd', () => {
    const Parameters = [{ Name: 7 }, { Name: 'Image', DefaultValue: 'a/app:1' }]

    expect(imagesOfPipeline({ Parameters, Steps: [step(get('Parameters.Image'))] })).toEqual(['a/app:1'])
  })
})
