/**
 * Reads text in the OpenMetrics format as strictly as its specification says, and knows nothing of what wrote it.
 *
 * @see https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
export interface ReadFamily {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly samples: ReadSample[]
}

export interface ReadSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const suffixes: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total', '_created'],
  gauge: [''],
  histogram: ['_bucket', '_count', '_sum', '_created'],
}
const nameForm = /^[a-zA-Z_:][a-zA-Z0-9_:]*/
const labelForm = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|\})/
const escapes: Readonly<Record<string, string>> = { '\\n': '\n', '\\"': '"', '\\\\': '\\' }

/** @throws where a line is none of the format, a sample is of no family, or a series is there twice */
export function readOpenMetrics(text: string): Map<string, ReadFamily> {
  const families = new Map<string, ReadFamily>()
  const series = new Set<string>()
  const lines = text.split('\n')
  if (lines.pop() !== '' || lines.pop() !== '# EOF') throw new Error('expected # EOF and a line feed at the end')
  let current: ReadFamily | undefined
  for (const line of lines) {
    const [, word, name = '', rest = ''] = /^# (HELP|TYPE|UNIT) (\S+) (.*)$/.exec(line) ?? []
    if (word === undefined) {
      if (!current) throw new Error(`a sample before its family: ${line}`)
      const sample = readSample(line, current)
      const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()])
      if (series.has(key)) throw new Error(`a series twice: ${line}`)
      series.add(key)
      current.samples.push(sample)
      continue
    }
    if (current?.name !== name && families.has(name)) throw new Error(`a family in two parts: ${name}`)
    current = { samples: [], type: '', help: '', ...families.get(name), name, [word.toLowerCase()]: rest }
    families.set(name, current)
  }
  for (const family of families.values()) if (family.type === 'histogram') checkHistogram(family)
  return families
}

function readSample(line: string, { name: family, type }: ReadFamily): ReadSample {
  const [name = ''] = nameForm.exec(line) ?? []
  if (!(suffixes[type] ?? []).some(suffix => name === `${family}${suffix}`))
    throw new Error(`expected a sample of the ${type} ${family}, got: ${line}`)
  let rest = line.slice(name.length)
  const labels: Record<string, string> = {}
  if (rest.startsWith('{')) {
    rest = rest.slice(1)
    for (let isOpen = true; isOpen; ) {
      const [whole, label = '', value = '', end] = labelForm.exec(rest) ?? []
      if (whole === undefined || label in labels) throw new Error(`expected labels, got: ${line}`)
      labels[label] = value.replace(/\\["\\n]/g, found => escapes[found] ?? found)
      rest = rest.slice(whole.length)
      isOpen = end === ','
    }
  }
  const [, number] = /^ (\S+)$/.exec(rest) ?? []
  const value = Number(number)
  if (number === undefined || Number.isNaN(value)) throw new Error(`expected a value, got: ${line}`)
  if (type === 'counter' && value < 0) throw new Error(`expected a counter from 0 on, got: ${line}`)
  return { name, labels, value }
}

/** Buckets grow up to the last, which is all, and each end is spelled as the specification says. */
function checkHistogram({ name, samples }: ReadFamily): void {
  const keyOf = ({ labels: { le: _, ...labels } }: ReadSample) => JSON.stringify(labels)
  for (const [key, group] of Map.groupBy(samples, keyOf)) {
    const buckets = group.filter(one => one.name === `${name}_bucket`)
    const ends = buckets.map(one => one.labels.le ?? '')
    const isCanonical = ends.every(end => end === '+Inf' || /^\d+\.\d+$/.test(end))
    const isGrowing = buckets.every(({ value }, at) => value >= (buckets[at - 1]?.value ?? 0))
    const all = group.find(one => one.name === `${name}_count`)?.value
    if (!isCanonical || !isGrowing || ends.at(-1) !== '+Inf' || buckets.at(-1)?.value !== all)
      throw new Error(`expected the buckets of a histogram in ${name} ${key}`)
  }
}
