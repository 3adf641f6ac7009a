import { describe, expect, it } from 'vitest'
import { imagesOfPipeline } from '../../../../shared/adapters/aws-workloads/pipeline-images.ts'

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
      { Name: 'Host', DefaultValue: 'host' },
      { Name: 'Tag', DefaultValue: 'v1', EnumValues: ['v2'] },
    ]
    const repository = join('/', get('Parameters.Host'), 'app')

    const images = imagesOfPipeline({ Parameters, Steps: [step(join(':', repository, get('Parameters.Tag')))] })

    expect(images).toEqual(['host/app:v1', 'host/app:v2'])
  })

  it('are no more than a thousand of one text that is joined of very many', () => {
    const values = Array.from({ length: 10 }, (_, at) => String(at))
    const Parameters = values.map(Name => ({ Name, DefaultValue: '0', EnumValues: values }))
    const parts = values.map(name => get(`Parameters.${name}`))

    const images = imagesOfPipeline({ Parameters, Steps: [step(join('', ...parts))] })

    expect([images.length, images[0]]).toEqual([1_000, '0000000000'])
  })

  it('lack what only an execution says', () => {
    const Parameters = [{ Name: 'Given', Type: 'String' }]
    const unknown = [get('Parameters.Given'), get('Steps.build.OutputParameters["image"]'), join(':', 'a', get('x')), 7]

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
