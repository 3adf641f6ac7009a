import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { InvalidInputError } from '../../shared/errors.ts'
import { earlierNames, type From } from './earlier.ts'
import { type RegistryKind, registryKinds } from './soak-registry.ts'

export interface SoakOptions {
  readonly operations: number
  readonly seed: string
  /** Operations of one round: an installation from nothing to a settled end. */
  readonly roundSize: number
  /** The one round to play, of all that there would be. */
  readonly only: number | undefined
  readonly workers: number
  readonly crane: string | undefined
  /** Of every round; where it is not given, the dice say. */
  readonly registry: RegistryKind | undefined
  /** The version with which every round begins, or none; where it is not given, the dice say. */
  readonly from: From | undefined
}

const froms: readonly From[] = ['none', ...earlierNames]

export const usage = `usage: npm run soak -- [--operations N] [--seed S] [--only ROUND] [--round-size N] [--workers N] [--crane PATH] [--registry ${registryKinds.join('|')}] [--from ${froms.join('|')}]`

/** @throws InvalidInputError */
export function parseOptions(args: readonly string[]): SoakOptions {
  const { values } = parse(args)
  const from = values.from === undefined ? undefined : oneOf('from', froms, values.from)
  const registry = values.registry === undefined ? undefined : oneOf('registry', registryKinds, values.registry)
  if (from === '6e1a4d3' && registry !== undefined && registry !== 'plain')
    throw new InvalidInputError(`--from 6e1a4d3: expected --registry plain, got '${registry}'\n${usage}`)
  return {
    operations: wholeNumber('operations', values.operations, 1),
    seed: values.seed,
    roundSize: wholeNumber('round-size', values['round-size'], 1),
    only: values.only === undefined ? undefined : wholeNumber('only', values.only, 0),
    workers:
      // One more than there are cores: a round waits for its files now and then.
      values.workers === undefined ? availableParallelism() + 1 : wholeNumber('workers', values.workers, 1),
    crane: values.crane,
    registry,
    from,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        operations: { type: 'string', default: '2000' },
        seed: { type: 'string', default: '1' },
        'round-size': { type: 'string', default: '2500' },
        only: { type: 'string' },
        workers: { type: 'string' },
        crane: { type: 'string' },
        registry: { type: 'string' },
        from: { type: 'string' },
      },
    })
  } catch (cause) {
    throw new InvalidInputError(`${cause instanceof Error ? cause.message : cause}\n${usage}`, { cause })
  }
}

function oneOf<T extends string>(name: string, choices: readonly T[], text: string): T {
  const found = choices.find(choice => choice === text)
  if (found) return found
  throw new InvalidInputError(`--${name}: expected ${choices.join(' or ')}, got '${text}'\n${usage}`)
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new InvalidInputError(`--${name}: expected a whole number of at least ${least}, got '${text}'\n${usage}`)
}
