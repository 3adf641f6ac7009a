import { expect, it } from 'vitest'
import { parseWorkloads } from '../../../cli/start/parse-workloads.ts'
import { InvalidInputError } from '../../../shared/errors.ts'

it('reads kinds as kubectl spells them', () => {
  expect(parseWorkloads(undefined)).toEqual([])
  expect(parseWorkloads('jobs.batch.volcano.sh, rayclusters.ray.io')).toEqual([
    { group: 'batch.volcano.sh', resource: 'jobs' },
    { group: 'ray.io', resource: 'rayclusters' },
  ])
})

it.each(['', 'jobs', 'Jobs.batch.volcano.sh', 'jobs.', 'a/b.example.com', 'jobs.batch.volcano.sh,'])(
  'refuses %j, and says what was expected',
  text => {
    expect(() => parseWorkloads(text)).toThrow(InvalidInputError)
    expect(() => parseWorkloads(text)).toThrow('expected kinds such as jobs.batch.volcano.sh, separated by commas')
  },
)
