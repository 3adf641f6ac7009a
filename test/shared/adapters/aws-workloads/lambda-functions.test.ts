import { describe, expect, it } from 'vitest'
import { createAwsWorkloads } from '../../../../shared/adapters/aws-workloads/aws-workloads.ts'
import { failureOf } from '../../../support/failure-of.ts'
import { digestOf } from '../../../support/records.ts'
import { useFakeAwsCredentials } from '../registry/ecr/fake-ecr.ts'
import { startFakeAws } from './fake-aws.ts'

useFakeAwsCredentials()

const app = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/app'

async function start() {
  const aws = await startFakeAws()
  const source = createAwsWorkloads({ name: 'account-prod' }, { maxAttempts: 1 })
  const listed = async () => (await source.listWorkloads()).map(({ name, image }) => `${name} ${image}`)
  return { aws, source, listed }
}

describe('I7 functions', () => {
  it('are listed with every published version, over all pages', async () => {
    const { aws, listed } = await start()
    aws.lambda.deploy('api', `${app}:v3`, digestOf('three'))
    for (const version of ['1', '2']) aws.lambda.deploy('api', `${app}:v${version}`, digestOf(version), version)
    aws.lambda.deploy('worker', `${app}:w`, digestOf('worker'))

    expect(await listed()).toEqual([
      `api ${app}:v3@${digestOf('three')}`,
      `api:1 ${app}:v1@${digestOf('1')}`,
      `api:2 ${app}:v2@${digestOf('2')}`,
      `worker ${app}:w@${digestOf('worker')}`,
    ])
  })

  it('that are no images are not asked for one', async () => {
    const { aws, listed } = await start()
    aws.lambda.deployZip('script')

    expect(await listed()).toEqual([])
    expect(aws.count('GetFunction')).toBe(0)
  })

  it.each([
    ['by digest', `${app}@${digestOf('one')}`, `${app}@${digestOf('one')}`],
    ['without a tag', app, `${app}@${digestOf('one')}`],
    ['by tag', `${app}:v1`, `${app}:v1@${digestOf('one')}`],
  ])('that were deployed %s protect the digest', async (_, deployed, image) => {
    const { aws, listed } = await start()
    aws.lambda.deploy('api', deployed, digestOf('one'))

    expect(await listed()).toEqual([`api ${image}`])
  })

  it('whose image was found in another repository than was asked for protect both', async () => {
    const { aws, listed } = await start()
    aws.lambda.deploy('api', app, digestOf('one'))
    const Code = { ImageUri: `${app}:v1`, ResolvedImageUri: `${app}-copy@${digestOf('one')}` }
    aws.answer = ({ operation }) => (operation === 'GetFunction' ? { body: { Code } } : undefined)

    expect(await listed()).toEqual([`api ${app}:v1`, `api ${app}-copy@${digestOf('one')}`])
  })

  it('that were deleted after they were listed are none', async () => {
    const { aws, listed } = await start()
    aws.lambda.deploy('api', app, digestOf('one'))
    aws.lambda.deploy('worker', app, digestOf('two'))
    aws.answer = ({ operation, input }) => {
      if (operation === 'GetFunction' && input.name === 'api') aws.lambda.remove('api')
      return undefined
    }

    expect(await listed()).toEqual([`worker ${app}@${digestOf('two')}`])
  })

  it('without a word on their image make the listing fail', async () => {
    const { aws, source } = await start()
    aws.lambda.deploy('api', app, digestOf('one'))
    aws.answer = ({ operation }) => (operation === 'GetFunction' ? { body: { Code: {} } } : undefined)

    const failure = await failureOf(source.listWorkloads())

    const message = expect.stringContaining('expected the image of api')
    expect(failure).toMatchObject({ name: 'InvalidInputError', message })
  })

  it('are asked for once, and anew after each deploy', async () => {
    const { aws, listed } = await start()
    aws.lambda.deploy('api', app, digestOf('one'))
    aws.lambda.deploy('api', app, digestOf('one'), '1')
    await listed()
    aws.lambda.deploy('api', app, digestOf('two'))

    await listed()

    expect(await listed()).toEqual([`api:1 ${app}@${digestOf('one')}`, `api ${app}@${digestOf('two')}`])
    expect(aws.count('GetFunction')).toBe(3)
  })
})
