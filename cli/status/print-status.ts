import { amountText } from '../../shared/domain/amount-text.ts'
import { sizeText } from '../../shared/domain/size.ts'
import { type Colour, painted, type TextStyle, wrapped } from '../io/text.ts'
import type { Finding } from './problems.ts'
import type { InstallationStatus } from './read-status.ts'

const labelWidth = 10
/** Of each kind; the JSON has all. */
const shownItems = 8

/** The status for people: what runs, what waits, what is red, and what comes next. */
export function* printStatus(status: InstallationStatus, style: TextStyle): Iterable<string> {
  const { sweeps, policies, running, waiting, red, held, next } = status
  const since = sweeps.changedAt === undefined ? '' : ` since ${sweeps.changedAt}`
  const paused = `paused${since}: nothing is marked or deleted`
  yield* section('sweeps', [sweeps.paused ? paused : 'running'], sweeps.paused ? 'yellow' : 'green', style)
  const inForce = `${amountText(policies.inForce, 'policy')} in force`
  yield* section('policies', [inForce, ...itemsOf(policies.stopped)], undefined, style)
  yield* section('runs', itemsOf(running, 'no run is under way'), undefined, style)
  yield* section('waits', itemsOf(waiting, 'nothing'), waiting.length > 0 ? 'yellow' : undefined, style)
  yield* section('red', itemsOf(red, 'nothing'), red.length > 0 ? 'red' : 'green', style)
  yield* section('bytes', itemsOf(held.map(heldItem), 'nothing was counted yet'), undefined, style)
  const runs = next.map(({ policy, at }) => ({ what: at, message: `policy ${policy}` }))
  yield* section('next', itemsOf(runs, 'no run is scheduled'), undefined, style)
}

function heldItem({ registry, bytes, weekAgoBytes }: InstallationStatus['held'][number]): Finding {
  const more = bytes - (weekAgoBytes ?? bytes)
  const change =
    more === 0 ? 'as a week ago' : `${sizeText(Math.abs(more))} ${more > 0 ? 'more' : 'less'} than a week ago`
  return { what: registry, message: `${sizeText(bytes)} held${weekAgoBytes === undefined ? '' : `, ${change}`}` }
}

const itemsOf = (findings: readonly Finding[], none?: string): string[] => {
  const more = findings.length - shownItems
  return [
    ...findings.slice(0, shownItems).map(({ what, message }) => `${what}: ${message}`),
    ...(more > 0 ? [`and ${more} more; see -o json`] : []),
    ...(findings.length === 0 && none !== undefined ? [none] : []),
  ]
}

/** The label stands before the first line, in its colour, and what follows below that. */
function* section(
  label: string,
  items: readonly string[],
  colour: Colour | undefined,
  style: TextStyle,
): Iterable<string> {
  const lines = items.flatMap(item =>
    wrapped(item, style.columns - labelWidth - 2).map((line, at) => (at === 0 ? line : `  ${line}`)),
  )
  for (const [at, line] of lines.entries()) {
    const begin = (at === 0 ? label : '').padEnd(labelWidth)
    yield `${at === 0 && colour !== undefined ? painted(colour, begin, style) : begin}${line}\n`
  }
}
