import shipped from '../../infra/shelflife.config.ts'
import { schedules } from '../../shared/wiring.ts'
import { resourcesOf, synthesize } from '../infra/synthesized.ts'
import { assumptionLines, assumptions } from './cost/assumptions.ts'
import { billOf, money, type Standing } from './cost/bill.ts'
import { measureExecutions } from './cost/executions.ts'
import { type Estate, executionOf, monthOf } from './cost/month.ts'
import priceList from './cost/prices.json' with { type: 'json' }
import { deletedEach, measureRates } from './cost/rates.ts'
import type { World } from './cost/world.ts'

/** Of both estates worlds of two sizes are played; what they use is drawn on as a line. */
const sizes = [30, 120] as const
/** An execution looks at all objects and Pods of all clusters, which tells in larger worlds. */
const executionSizes = [300, 1500] as const

const idle: Estate = {
  name: 'idle, 100,000 tags',
  clusters: 1,
  namespaces: 20,
  repositories: 400,
  tagsEach: 250,
  pushesADay: 0,
}
const middle: Estate = {
  name: '20 teams',
  clusters: 3,
  namespaces: 60,
  repositories: 2000,
  tagsEach: 250,
  pushesADay: 50_000,
}
const busy: Estate = {
  name: '200 teams',
  clusters: 30,
  namespaces: 600,
  repositories: 20_000,
  tagsEach: 250,
  pushesADay: 500_000,
}

/**
 * Dollars a month by list prices, from what real functions ask for: see `test/bench/cost/`. One line an item, count x price
 * = dollars, for three estates; then what a watch of 50 seconds costs beside one of 5.
 */
export async function benchCost(): Promise<string[]> {
  const standing = standingOf()
  const lines = [
    `cost: ${priceList.note}, ${priceList.region}, as of ${priceList.asOf}; measured with ${sizes.join(' and ')} repositories of 250 tags and 10 objects, and drawn on as a line in repositories, executions with ${executionSizes.join(' and ')}; seconds are wall time: what was computed counts as on the function's share of a processor, and what was waited grows as calls do`,
    ...assumptionLines(),
  ]
  for (const estate of [idle, middle, busy]) lines.push(...(await linesOf(estate, standing)))
  return [...lines, ...watchLines()]
}

async function linesOf(estate: Estate, standing: Standing): Promise<string[]> {
  const isBusy = estate.pushesADay > 0
  const rates = await pairOf(sizes, repositories => measureRates(worldOf(estate, repositories), isBusy))
  const executions = isBusy ? await executionsIn(estate) : undefined
  const month = monthOf(estate, rates, executions)
  const { lines } = billOf(estate, month, standing)
  return [...lines, ...month.limits.map(limit => `${estate.name}: ${limit}`)]
}

/** How long the nightly sweep of the busy estate takes, and what each execution of it asks for. */
export async function benchNight(): Promise<string[]> {
  const { execution, text } = executionOf(busy, await executionsIn(busy))
  const counts = Object.entries(execution.counts).filter(([name]) => name !== 'waited' && name !== 'computed')
  const amounts = counts.map(([name, count]) => `${Math.round(count).toLocaleString('en')} ${name}`).sort()
  return [
    `night of ${busy.repositories} repositories in ${busy.clusters} clusters: ${text}`,
    `night, one execution: ${amounts.join(', ')}`,
  ]
}

const executionsIn = (estate: Estate) =>
  pairOf(executionSizes, repositories => measureExecutions({ ...worldOf(estate, repositories), tagsEach: 50 }))

const pairOf = async <T>(pair: readonly [number, number], make: (size: number) => Promise<T>): Promise<[T, T]> => [
  await make(pair[0]),
  await make(pair[1]),
]

/** Of a few namespaces: what each costs is worked out by itself. */
const worldOf = ({ clusters, tagsEach, pushesADay }: Estate, repositories: number): World => ({
  clusters,
  teams: 10,
  repositories,
  tagsEach,
  objectsEach: 10,
  pods: assumptions.podsARepository.value * repositories,
  ...(pushesADay > 0 && { goneEach: assumptions.goneDays.value * deletedEach }),
})

/** As the templates of all stacks count them, with the configuration that is shipped. */
function standingOf(): Standing {
  const { state, work, pipeline } = synthesize(shipped)
  const count = (type: string) => [state, work, pipeline].flatMap(template => resourcesOf(template, type)).length
  return {
    alarms: count('AWS::CloudWatch::Alarm'),
    dashboards: count('AWS::CloudWatch::Dashboard'),
    queues: count('AWS::Lambda::EventSourceMapping'),
    minutelySchedules: Object.values(schedules).reduce((all, { everyMinutes }) => all + 1 / everyMinutes, 0),
  }
}

/** Of one function whose process watches so long in each minute. */
function watchLines(): string[] {
  const invocations = assumptions.hoursAMonth.value * 60
  const { dollars } = priceList.prices['lambda.gbSeconds']
  return [1024, 512, 256].map(memoryMb => {
    const cost = (seconds: number) => (invocations * seconds * memoryMb * dollars) / 1024
    const of = (seconds: number) =>
      `${seconds} s x ${invocations} minutes x ${memoryMb / 1024} GB = ${money(cost(seconds))}`
    return `watchSeconds, a month of one invocation that watches, with ${memoryMb} MB: ${of(50)}, ${of(5)}; 30 clusters with one each: ${money(30 * cost(50))}, ${money(30 * cost(5))}`
  })
}
