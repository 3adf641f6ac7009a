import { join } from 'node:path'
import type { AwsEmulator } from './aws-emulator.ts'
import { readParts } from './cache.ts'
import { runOrThrow } from './run.ts'

/** AWS refused the call; `code` as in `AccessDeniedException`. */
export class AwsCallError extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(`${code}: ${message}`)
    this.name = 'AwsCallError'
    this.code = code
  }
}

/**
 * Makes one call of any AWS service, as the account's root or, by `env`, as somebody else. For what only the tests do
 * (stack outputs, a function's log, roles), so that the project does not depend on the client of each such service.
 * @param operation as in the API reference: `DescribeStacks`
 * @throws AwsCallError when AWS answers with an error
 */
export async function callAws(
  emulator: Pick<AwsEmulator, 'env'>,
  service: string,
  operation: string,
  input: Record<string, unknown> = {},
  env: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const stdout = await runOrThrow(
    readParts().emulatorPython,
    [join(import.meta.dirname, 'aws-call.py'), service, operation],
    { env: { ...emulator.env, ...env }, input: JSON.stringify(input) },
  )
  const { answer, error } = JSON.parse(stdout)
  if (error) throw new AwsCallError(error.Code, error.Message)
  return answer
}
