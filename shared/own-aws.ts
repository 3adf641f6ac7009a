import * as z from 'zod'

/**
 * On a machine where embedded services stand beside real ones, the AWS variables hold the key of the embedded ones. What
 * they held before lies in this variable, for what is real: the table, and the credential plugins of kubeconfigs. On AWS
 * there is no such variable, and all clients take what the environment gives.
 */
const variable = 'SHELFLIFE_OWN_AWS'
const keys = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const
const others = ['AWS_SESSION_TOKEN', 'AWS_PROFILE'] as const

const schema = z.object({
  isTableReal: z.boolean(),
  variables: z.partialRecord(z.enum([...keys, ...others]), z.string()),
})

/** Takes the variables by which AWS clients find credentials out of the environment, once; what is kept stays kept. */
export function setOwnAwsAside(isTableReal: boolean): void {
  const variables = Object.fromEntries([...keys, ...others].map(name => [name, process.env[name]]))
  const kept = readOwn()?.variables ?? variables
  process.env[variable] = JSON.stringify({ isTableReal, variables: kept })
  for (const name of Object.keys(variables)) delete process.env[name]
}

/** A way to a service that this very process holds, in place of sockets and signatures. */
export interface OwnTransport {
  /** The HTTP handler of a client. */
  readonly requestHandler: Record<string, unknown>
  readonly signer: { readonly sign: <T>(request: T) => Promise<T> }
}

/** A call of a table that this very process holds, by the name of its operation and its input in JSON. */
export type OwnTable = (operation: string, input: string) => Promise<{ readonly status: number; readonly text: string }>

const ownTables = new WeakMap<object, OwnTable>()

/** Clients with this handler may call the table past it. */
export function noteOwnTable(requestHandler: object, table: OwnTable): void {
  ownTables.set(requestHandler, table)
}

/** Undefined for the handler of any other client. */
export const findOwnTable = (requestHandler: object): OwnTable | undefined => ownTables.get(requestHandler)

/** Writes a whole object into a bucket that this very process holds; on disk where it returns. */
export type PutOwnObject = (
  bucket: string,
  object: { readonly key: string; readonly body: Uint8Array; readonly contentType: string },
) => Promise<void>

const ownBuckets = new WeakMap<object, PutOwnObject>()

/** Clients with this handler may write objects past it. */
export function noteOwnBuckets(requestHandler: object, put: PutOwnObject): void {
  ownBuckets.set(requestHandler, put)
}

/** Undefined for the handler of any other client. */
export const findOwnBuckets = (requestHandler: object): PutOwnObject | undefined => ownBuckets.get(requestHandler)

interface OwnTransports {
  readonly table?: OwnTransport | undefined
  readonly archive?: OwnTransport | undefined
}

let transports: OwnTransports = {}

/** For clients that are made from now on. Those of what is absent find it by the environment. */
export function setOwnTransports(own: OwnTransports): void {
  transports = own
}

/** Options of the table's client. */
export function tableClientOptions(): { profile?: string; credentials?: OwnCredentials } & Partial<OwnTransport> {
  return readOwn()?.isTableReal ? ownAwsOptions() : { ...transports.table }
}

/** Options of the clients that find out about a person's own clusters. */
export function ownAwsOptions(): { profile?: string; credentials?: OwnCredentials } {
  const own = readOwn()
  return own === undefined ? {} : ownClientOptions(own.variables)
}

/** Options of the client of the archive. */
export const archiveClientOptions = (): Partial<OwnTransport> => ({ ...transports.archive })

/** Gives the credential plugins of a kubeconfig (`aws eks get-token`) a person's own variables back. */
export function giveOwnAwsToPlugins(users: readonly { readonly exec?: Plugin }[]): void {
  const own = readOwn()?.variables
  if (own === undefined) return
  const set = others.filter(name => own[name] !== undefined)
  // An empty key counts as absent; an empty profile would be looked for.
  const variables = [...keys, ...set].map(name => ({ name, value: own[name] ?? '' }))
  for (const { exec } of users) if (exec) exec.env = [...variables, ...(exec.env ?? [])]
}

interface Plugin {
  readonly command?: string
  env?: readonly { readonly name: string; readonly value: string }[] | null
}

interface OwnCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** A named profile is preferred to the keys of the environment, as in the clients' own chain. */
function ownClientOptions(own: z.output<typeof schema>['variables']) {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE } = own
  if (AWS_PROFILE !== undefined || !AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY)
    return { profile: AWS_PROFILE ?? 'default' }
  const session = AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }
  return { credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, ...session } }
}

function readOwn(): z.output<typeof schema> | undefined {
  const text = process.env[variable]
  return text === undefined ? undefined : schema.parse(JSON.parse(text))
}
