import * as z from 'zod'
import {
  bus,
  installationParameter,
  killSwitchParameter,
  pullSecretPrefix,
  queuesParameter,
  webhookParameter,
} from './wiring.ts'

/** The name of an installation that says nothing of its name. */
export const defaultInstallation = 'shelflife'

/** SSM refuses parameters whose names begin with one of these. */
const ofAws = /^(aws|ssm)/

/** What an installation may be called, so that every name of its parts is one that AWS takes. */
export const installationName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,19}$/, 'expected a letter, then up to 19 lower-case letters, digits and hyphens')
  .refine(name => !ofAws.test(name), 'expected a name that begins neither with aws nor with ssm, which AWS keeps')

/** What the parts of one installation are called, that are found by their names or would meet those of another. */
export interface InstallationNames {
  readonly name: string
  readonly stateStack: string
  readonly workStack: string
  readonly pipelineStack: string
  readonly bus: string
  readonly killSwitchParameter: string
  readonly installationParameter: string
  readonly webhookParameter: string
  readonly queuesParameter: string
  readonly pullSecretPrefix: string
  /** Of what its functions count for CloudWatch. */
  readonly metricNamespace: string
}

/** The default is called as it always was; two others meet only where they have one name. */
export const installationNames = (name: string = defaultInstallation): InstallationNames =>
  name === defaultInstallation
    ? {
        name,
        stateStack: 'ShelflifeState',
        workStack: 'ShelflifeWork',
        pipelineStack: 'ShelflifePipeline',
        bus: bus.name,
        killSwitchParameter,
        installationParameter,
        webhookParameter,
        queuesParameter,
        pullSecretPrefix,
        metricNamespace: name,
      }
    : {
        name,
        stateStack: `${name}-state`,
        workStack: `${name}-work`,
        pipelineStack: `${name}-pipeline`,
        bus: `${name}-${bus.name}`,
        killSwitchParameter: `/${name}/sweeps`,
        installationParameter: `/${name}/installation`,
        webhookParameter: `/${name}/webhook`,
        queuesParameter: `/${name}/queues`,
        pullSecretPrefix: `${name}/pull/`,
        metricNamespace: name,
      }

/**
 * Who works in a cluster: `ACCOUNT/REGION/NAME` of a deployed installation, `local/HOST/ID` of one on a machine. In this form
 * functions find it in their environment.
 */
export type InstallationId = string

/** The name in an id, or a name itself; of one on a machine the default. */
export const nameInId = (id: InstallationId): string =>
  id.startsWith('local/') ? defaultInstallation : id.slice(id.lastIndexOf('/') + 1)
