import { GetParameterCommand, ParameterNotFound, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm'
import { AccessDeniedError, UnavailableError } from '../../errors.ts'
import type { KillSwitchControl, KillSwitchState } from '../../ports/platform.ts'
import { runningValue } from './ssm-kill-switch.ts'

/** What a person writes who stops the sweeps; any value but `running` would do. */
const pausedValue = 'paused'

/** Reads and sets the SSM parameter that stops every sweep. */
export const createKillSwitchControl = (client: SSMClient, parameter: string): KillSwitchControl => ({
  getState: () => getState(client, parameter),
  async setPaused(paused) {
    const { value } = await getState(client, parameter)
    const wanted = paused ? pausedValue : runningValue
    if (value === wanted) return
    await translated(parameter, 'set', () =>
      client.send(new PutParameterCommand({ Name: parameter, Value: wanted, Type: 'String', Overwrite: true })),
    )
  },
})

const getState = (client: SSMClient, parameter: string): Promise<KillSwitchState> =>
  translated(parameter, 'read', async () => {
    try {
      const { Parameter } = await client.send(new GetParameterCommand({ Name: parameter }))
      const { Value: value, LastModifiedDate: changedAt } = Parameter ?? {}
      return {
        isPaused: value !== runningValue,
        ...(value !== undefined && { value }),
        ...(changedAt && { changedAt }),
      }
    } catch (error) {
      if (error instanceof ParameterNotFound) return { isPaused: true }
      throw error
    }
  })

async function translated<T>(parameter: string, verb: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    const message = `SSM parameter ${parameter} could not be ${verb}: ${cause instanceof Error ? cause.message : cause}`
    if (cause instanceof Error && cause.name === 'AccessDeniedException')
      throw new AccessDeniedError(message, { cause })
    throw new UnavailableError(message, { kind: 'server', cause })
  }
}
