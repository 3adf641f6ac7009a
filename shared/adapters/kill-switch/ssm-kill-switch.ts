import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm'
import type { KillSwitch } from '../../ports/platform.ts'

/** The value that lets sweeps run; every other one stops them. */
export const runningValue = 'running'

/** One SSM parameter. A parameter that is missing or cannot be read stops the sweeps: otherwise a switch that was never made could not stop them. */
export const createKillSwitch = (client: SSMClient, parameter: string): KillSwitch => ({
  async isPaused() {
    try {
      return (await client.send(new GetParameterCommand({ Name: parameter }))).Parameter?.Value !== runningValue
    } catch {
      return true
    }
  },
})
