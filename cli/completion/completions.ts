import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import type { InstallationTarget } from '../connect/installation.ts'
import { withInstallation } from '../connect/options.ts'
import { expectedAt, type NameKind } from './expected.ts'
import { joinWords } from './typed-words.ts'

/** Who waits for a completion longer than this has typed the rest. */
const patienceMs = 2000

/** What may stand at the cursor, as the shell takes it; nothing where the names cannot be had in time. */
export async function completions(
  program: Command,
  pieces: readonly string[],
  cursor: number,
  timeoutMs = patienceMs,
): Promise<string[]> {
  const words = joinWords(pieces, cursor)
  const { current, cut } = words
  const { prefix = '', names, words: fixed = [] } = expectedAt(program, words)
  const typed = current.slice(prefix.length)
  // Also by a flag that stands behind the cursor.
  const target = targetOf(joinWords(pieces, pieces.length).before)
  const all = names === undefined ? fixed : await namesOf(names, typed, target, timeoutMs)
  return [...new Set(all)]
    .map(one => `${prefix}${one}`)
    .filter(one => one.startsWith(current) && isPlainWord(one))
    .sort()
    .map(one => one.slice(cut.length))
}

/** Without an error: a shell that is completing has no place for one, and the command itself will say it. */
async function namesOf(
  names: NameKind,
  typed: string,
  target: InstallationTarget,
  timeoutMs: number,
): Promise<string[]> {
  // Where nothing was ever started, the clients need not be loaded to find that out.
  if (target.aws !== true && !existsSync(join(target.data, 'endpoints.json'))) return []
  const { listNames } = await import('./list-names.ts')
  const listed = withInstallation(target, installation => listNames[names](typed, installation)).catch(() => [])
  return Promise.race([listed, delay(timeoutMs, [])])
}

/** Which installation the flags on the line choose. */
function targetOf(words: readonly string[]): InstallationTarget {
  const flagValue = (flag: string) => {
    const joined = words.findLast(word => word.startsWith(`${flag}=`))
    const apart = words.lastIndexOf(flag)
    return joined?.slice(flag.length + 1) ?? (apart < 0 ? undefined : words[apart + 1])
  }
  return {
    data: flagValue('--data') ?? '.shelflife',
    aws: words.includes('--aws'),
    config: flagValue('--config'),
    installation: flagValue('--installation') ?? process.env.SHELFLIFE_INSTALLATION,
  }
}

/** Names come from others, and the shell puts what is offered into the line unquoted. */
const isPlainWord = (text: string): boolean => /^[\w./:@=+-]+$/.test(text)
