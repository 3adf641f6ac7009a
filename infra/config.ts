import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as z from 'zod'
import { awsRegionPattern } from '../shared/domain/ecr-host.ts'
import { issueTexts } from '../shared/domain/issue-text.ts'
import { InvalidInputError } from '../shared/errors.ts'
import { defaultInstallation, installationName, installationNames } from '../shared/installation-names.ts'
import { secretComplaints } from '../shared/settings/secret-checks.ts'
import { parseSettings, type Settings, type SettingsInput } from '../shared/settings.ts'
import { capacityComplaints, capacityFields } from './capacity.ts'
import { houseRules } from './house-rules-config.ts'
import { hasFunctionUrls, regionsWithoutFunctionUrls, wayInSettings } from './way-in.ts'

const idWith = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}-[0-9a-f]{8,17}$`), `expected an id like ${prefix}-0123456789abcdef0`)

const installationSchema = z.strictObject({
  /** Prefixes what would meet the parts of another installation in the same account and region; it stays what it is. */
  name: installationName.default(defaultInstallation),
  alarmEmail: z.email('expected an e-mail address').optional(),
  env: z
    .strictObject({
      account: z
        .string()
        .regex(/^[0-9]{12}$/, 'expected an AWS account: twelve digits')
        .optional(),
      region: z.string().regex(awsRegionPattern, 'expected an AWS region like eu-west-1').optional(),
    })
    .optional(),
  vpc: z
    .strictObject({
      vpcId: idWith('vpc'),
      subnetIds: z.array(idWith('subnet')).min(1, 'expected at least one subnet'),
      securityGroupIds: z.array(idWith('sg')).min(1, 'expected at least one security group'),
      availabilityZones: z.array(z.string()).min(1, 'expected the availability zone of each subnet'),
      /** Of the subnets; the gateway endpoints that are made go into them. */
      routeTableIds: z.array(idWith('rtb')).min(1, 'expected at least one route table').optional(),
      /**
       * The endpoints by which functions reach AWS without a NAT: `list` has synth name them with their price, `create` makes
       * them, `given` says that there is a way.
       */
      endpoints: z.enum(['list', 'create', 'given']).default('list'),
    })
    .optional(),
  ...capacityFields,
  /** What the organisation asks of everything that is deployed. */
  houseRules: houseRules.prefault({}),
  /** False: the deploy does not have ECR leave pull times alone when functions read; synth prints the commands. */
  pullTimeExclusions: z.boolean().default(true),
  /** X-Ray traces the invocations of all functions, at its price. */
  tracing: z.boolean().default(false),
  /** What CloudWatch shows and rings for beside the alarms on lost work, each at its price. */
  cloudWatch: z
    .strictObject({
      /** The dashboard of the stack. */
      dashboard: z.boolean().default(true),
      /** Alarms of each function on failures, throttles and its timeout. */
      functionAlarms: z.boolean().default(true),
    })
    .prefault({}),
  /**
   * A table and an archive that were restored elsewhere, in place of new ones. Sweeps are paused then until a person resumes
   * them. It stays in the configuration for as long as these are in use.
   */
  adopt: z
    .strictObject({
      tableName: z.string().regex(/^[\w.-]{3,255}$/, 'expected the name of a DynamoDB table'),
      archiveBucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of an S3 bucket'),
      /** When they were restored, with its offset or Z: what was marked before is marked anew. */
      restoredAt: z.iso.datetime({ offset: true, error: 'expected a time like 2026-11-28T12:00:00Z' }),
    })
    .optional(),
  /** By which address registries call, and scrapers. */
  wayIn: wayInSettings,
  /** True for the first deploy over a version that had queues and logs in ShelflifePipeline: they are emptied there, and kept. */
  keepEarlier: z.boolean().default(false),
  settings: z.unknown(),
})

/** Everything an installation decides: where it is deployed, and the settings its functions read. */
export type Config = Omit<z.infer<typeof installationSchema>, 'settings'> & { readonly settings: Settings }
export type ConfigInput = Omit<z.input<typeof installationSchema>, 'settings'> & { readonly settings: SettingsInput }

/** The file that users edit: one for each installation. */
export const configFileOf = (installation: string = defaultInstallation): string => `infra/${installation}.config.ts`

/** @throws InvalidInputError that names every field, what was expected there and what was given */
export function parseConfig(input: unknown): Config {
  const parsed = installationSchema.safeParse(input)
  if (!parsed.success) throw invalid(complaintsOf(parsed.error, input, 'config'), parsed.error)
  const { settings: given, adopt } = parsed.data
  const restored = adopt && { restoredAt: new Date(adopt.restoredAt) }
  const config = { ...parsed.data, settings: { ...settingsOf(given), ...restored } }
  const { pullSecretPrefix } = installationNames(config.name)
  const complaints = [
    ...networkComplaints(config),
    ...keyComplaints(config),
    ...addressComplaints(config),
    ...capacityComplaints(config, config.settings.metrics !== undefined),
    ...secretComplaints(config.settings, { root: 'config.settings', pullSecretPrefix }),
  ]
  if (complaints.length > 0) throw invalid(complaints.join('\n'))
  return config
}

function settingsOf(input: unknown): Settings {
  try {
    return parseSettings(input ?? {})
  } catch (error) {
    if (!(error instanceof InvalidInputError) || !(error.cause instanceof z.ZodError)) throw error
    throw invalid(complaintsOf(error.cause, input ?? {}, 'config.settings'), error)
  }
}

/** Short, so that a secret which was pasted where its name belongs is not repeated whole. */
const maxShown = 60

/** One line for each mistake. */
const complaintsOf = (error: z.ZodError, input: unknown, root: string): string =>
  issueTexts(error, input, root, { root, maxShown })
    .map((text, at) => (error.issues[at]?.code === 'unrecognized_keys' ? `${text}; ${whereFieldsAre}` : text))
    .join('\n')

const whereFieldsAre = 'see the fields of Config in infra/config.ts and shared/settings/'

function networkComplaints({ vpc }: Config): string[] {
  if (!vpc) return []
  const { subnetIds, availabilityZones, endpoints, routeTableIds } = vpc
  return [
    ...(subnetIds.length === availabilityZones.length
      ? []
      : [
          `config.vpc.availabilityZones: expected one zone for each of the ${subnetIds.length} subnets, got ${availabilityZones.length}`,
        ]),
    ...(endpoints === 'create' && routeTableIds === undefined
      ? [
          "config.vpc.routeTableIds: expected those of the subnets, for the gateways of vpc.endpoints 'create', got none",
        ]
      : []),
  ]
}

/** A key serves its own region alone. */
function keyComplaints({ env, houseRules: { kmsKey } }: Config): string[] {
  const region = kmsKey?.split(':')[3]
  if (env?.region === undefined || region === undefined || region === env.region) return []
  return [`config.houseRules.kmsKey: expected a key in ${env.region}, the region of env, got one in ${region}`]
}

function addressComplaints({ env, wayIn }: Config): string[] {
  const { region } = env ?? {}
  if (region === undefined || !hasFunctionUrls(wayIn) || !regionsWithoutFunctionUrls.includes(region)) return []
  const what =
    wayIn.kind === 'function-url' ? 'expected another kind than function-url' : 'expected functionUrls: false'
  return [`config.wayIn: ${what}, since Lambda has no Function URLs in ${region}`]
}

/**
 * Reads a configuration: JSON, or a TypeScript or JavaScript module whose default export it is. The path is relative
 * to the working directory.
 * @throws InvalidInputError, also where it is of another installation than that of the name, where one is given
 */
export async function loadConfig(path: string, installation?: string): Promise<Config> {
  const config = await readConfig(path)
  if (installation === undefined || installation === '' || installation === config.name) return config
  throw invalid(
    `config: expected name: '${installation}' in ${path}, as the installation was asked for, got '${config.name}'`,
  )
}

async function readConfig(path: string): Promise<Config> {
  const file = resolve(path)
  if (!existsSync(file)) throw invalid(`config: expected a file at ${path}, found none; name another by -c config=PATH`)
  return parseConfig(file.endsWith('.json') ? parseJson(path, file) : await importDefault(path, file))
}

function parseJson(path: string, file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw invalid(`config: expected JSON in ${path}: ${cause instanceof Error ? cause.message : cause}`, cause)
  }
}

async function importDefault(path: string, file: string): Promise<unknown> {
  const module: { default?: unknown } = await import(pathToFileURL(file).href)
  if (module.default === undefined) throw invalid(`config: expected a default export in ${path}, found none`)
  return module.default
}

const invalid = (message: string, cause?: unknown) => new InvalidInputError(message, { cause })
