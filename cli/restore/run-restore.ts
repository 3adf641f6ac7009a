import type { Writable } from 'node:stream'
import { isBack } from '../../shared/restore/restore-outcome.ts'
import type { ProgressStream } from '../io/progress.ts'
import { styleOf } from '../io/text.ts'
import { writeAll } from '../io/write-all.ts'
import { printRestored } from './print-restored.ts'
import { type RestoreInstallation, type RestoreWanted, restore } from './restore.ts'
import { restoreJson } from './restore-json.ts'
import { RestoreProgress } from './restore-progress.ts'

/** What to put back, and how it is shown. */
export interface RestoreAsked extends RestoreWanted {
  readonly output: 'json' | 'table'
}

export interface RestoreStreams {
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: ProgressStream
  readonly env: Readonly<Record<string, string | undefined>>
}

/** True when everything asked for is there at the end. @throws InvalidInputError for what was never deleted here */
export async function runRestore(
  { output, ...wanted }: RestoreAsked,
  installation: RestoreInstallation,
  streams: RestoreStreams,
): Promise<boolean> {
  const progress = new RestoreProgress(streams.stderr)
  const told = { onImage: () => progress.step(), onBytes: (sizeBytes: number) => progress.sent(sizeBytes) }
  try {
    const result = await restore(wanted, installation, told)
    progress.end()
    const text = output === 'json' ? restoreJson(result) : printRestored(result, styleOf(streams))
    await writeAll(text, streams.stdout)
    return result.repositories.every(one => one.things.every(isBack))
  } finally {
    progress.end()
  }
}
