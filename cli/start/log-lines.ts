const levels = ['debug', 'info', 'warn', 'error'] as const
const hidden = new Set([
  'level',
  'message',
  'timestamp',
  'service',
  'sampling_rate',
  'xray_trace_id',
  // Of one process and its embedded queues these are of no use; what belongs together bears the same correlation id.
  'function_request_id',
  'function_version',
  'cold_start',
  'message_id',
])

/**
 * The functions log JSON for machines; on a terminal each entry becomes one line. Must be called before the functions
 * are imported, since their loggers take hold of the console then.
 */
export function printLogLines(): (service: string, message: string) => void {
  process.env.POWERTOOLS_DEV = 'true'
  for (const level of levels) console[level] = (...parts: unknown[]) => printEntry(parts.map(String).join(' '))
  return printLine
}

const printLine = (service: string, message: string): void => {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${service.padEnd(13)} ${message}\n`)
}

function printEntry(text: string): void {
  const entry = parseEntry(text)
  if (entry === undefined) printLine('shelflife', text)
  else if (!isQuiet(entry)) printLine(String(entry.service), describeEntry(entry))
}

function describeEntry(entry: Record<string, unknown>): string {
  const rest = Object.entries(entry).filter(([name]) => !hidden.has(name))
  const details = rest
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ')
  return `${String(entry.message)} ${details}`.trim()
}

function parseEntry(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'service' in value
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** A reconcile that did nothing is no news. */
const isQuiet = (entry: Record<string, unknown>): boolean =>
  entry.level === 'INFO' && entry.service === 'reconcile' && entry.requested === 0 && entry.written === 0
