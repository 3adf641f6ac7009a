import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../infra/config.ts'
import { functions, queues } from '../../shared/wiring.ts'
import { type Resource, resourcesOf, synthesize } from './synthesized.ts'

const propertiesOf = (config: Parameters<typeof synthesize>[0], type: string) =>
  new Map(resourcesOf(synthesize(config).pipeline, type).map(([id, { Properties }]) => [id, Properties]))

const functionOf = (found: Map<string, Resource['Properties']>, id: string): Resource['Properties'] =>
  [...found].find(([name]) => name.startsWith(id))?.[1] ?? {}

describe('memory and concurrency', () => {
  const config = {
    functions: { sync: { memoryMb: 2048, reservedConcurrency: 40 }, reconcile: { memoryMb: 512 } },
    queues: { sweep: { maxConcurrency: 3 } },
    settings: {},
  }

  it('of the named functions are as the configuration says, and of the others as the wiring does', () => {
    const found = propertiesOf(config, 'AWS::Lambda::Function')

    expect(functionOf(found, 'syncfunction')).toMatchObject({ MemorySize: 2048, ReservedConcurrentExecutions: 40 })
    expect(functionOf(found, 'reconcilefunction').MemorySize).toBe(512)
    expect(functionOf(found, 'inventoryfunction').MemorySize).toBe(functions.inventory.memoryMb)
    expect(functionOf(found, 'reconcilefunction')).not.toHaveProperty('ReservedConcurrentExecutions')
  })

  it('of a queue bound how many repositories are handled at once', () => {
    const scaling = [...propertiesOf(config, 'AWS::Lambda::EventSourceMapping').values()].map(one => one.ScalingConfig)

    expect(scaling).toContainEqual({ MaximumConcurrency: 3 })
    expect(scaling).toContainEqual({ MaximumConcurrency: queues.hints.maxConcurrency })
  })
})

describe('in a small account', () => {
  it('nothing may be reserved that Lambda would refuse, and the message says what to do', () => {
    expect(() => parseConfig({ accountConcurrency: 10, settings: {} })).toThrow(
      'config: expected at most 0 invocations reserved, since AWS keeps 100 of accountConcurrency 10 for functions without, got 20 (webhook 20); have the quota raised, or set reserveConcurrency: false',
    )
  })

  it('the deploy reserves nothing where it is told so', () => {
    const found = propertiesOf(
      { accountConcurrency: 10, reserveConcurrency: false, settings: {} },
      'AWS::Lambda::Function',
    )

    for (const properties of found.values()) expect(properties).not.toHaveProperty('ReservedConcurrentExecutions')
  })

  it('what all functions reserve together counts', () => {
    const functions = { sync: { reservedConcurrency: 890 } }

    expect(() => parseConfig({ functions, settings: {} })).toThrow('got 910 (webhook 20, sync 890)')
  })
})

it('a function with less than its queues hand over is refused: each throttle would count as a failure', () => {
  expect(() => parseConfig({ functions: { sync: { reservedConcurrency: 29 } }, settings: {} })).toThrow(
    'config.functions.sync.reservedConcurrency: expected at least 30, for the queue hints and the queue sync, got 29; lower queues[].maxConcurrency with it',
  )
  expect(() => parseConfig({ functions: { reconcile: { reservedConcurrency: 5 } }, settings: {} })).toThrow(
    'expected at least 6, for the queue reconcile and its schedule, got 5',
  )
})

it('a function that is not there is no function', () => {
  expect(() => parseConfig({ functions: { sweep: { memoryMb: 512 } }, settings: {} })).toThrow('config.functions')
})
