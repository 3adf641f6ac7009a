import { parseArgs } from 'node:util'
import * as z from 'zod'

const pluginCall = z.object({
  command: z.string(),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
})

/** What a credential plugin of a cluster of EKS is asked for. */
export interface EksPlugin {
  /** The name or id that the token is for. */
  readonly clusterName: string
  readonly region?: string | undefined
  readonly roleArn?: string | undefined
  readonly profile?: string | undefined
  readonly credentials?: KeyOfAws | undefined
}

interface KeyOfAws {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

type Asked = Omit<EksPlugin, 'credentials'> | undefined

const text = { type: 'string' } as const

/** `aws eks get-token`, with the flags that change which token it is, and those that do not. */
function askedOfAws(args: readonly string[]): Asked {
  const own = { 'cluster-name': text, 'cluster-id': text, 'role-arn': text, region: text, profile: text, output: text }
  const options = { ...own, 'no-cli-pager': { type: 'boolean' } } as const
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  if (positionals.join(' ') !== 'eks get-token') return undefined
  const clusterName = values['cluster-id'] ?? values['cluster-name']
  if (clusterName === undefined) return undefined
  return { clusterName, region: values.region, roleArn: values['role-arn'], profile: values.profile }
}

/** `aws-iam-authenticator token`. */
function askedOfAuthenticator(args: readonly string[]): Asked {
  const options = {
    'cluster-id': { ...text, short: 'i' },
    role: { ...text, short: 'r' },
    region: text,
    cache: { type: 'boolean' },
  } as const
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const clusterName = values['cluster-id']
  if (positionals.join(' ') !== 'token' || clusterName === undefined) return undefined
  return { clusterName, region: values.region, roleArn: values.role }
}

const programs: Readonly<Record<string, (args: readonly string[]) => Asked>> = {
  aws: askedOfAws,
  'aws-iam-authenticator': askedOfAuthenticator,
}

/** Which of AWS's variables a plugin may be given; with another it does what is not known here. */
const knownVariable =
  /^(?!AWS_)|^AWS_((DEFAULT_)?(PROFILE|REGION)|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|STS_REGIONAL_ENDPOINTS)$/

/**
 * What the `exec` of a kubeconfig's user asks of EKS, as `aws eks update-kubeconfig` writes it. Undefined for every other
 * plugin, and for one with a flag or variable that is not known here: that is the program's own to understand.
 */
export function findEksPlugin(exec: unknown): EksPlugin | undefined {
  const { data } = pluginCall.safeParse(exec)
  const find =
    data &&
    programs[
      data.command
        .split(/[/\\]/)
        .at(-1)
        ?.replace(/\.exe$/, '') ?? ''
    ]
  if (!find) return undefined
  const env = new Map((data.env ?? []).map(({ name, value }) => [name, value]))
  if (![...env.keys()].every(name => knownVariable.test(name))) return undefined
  const asked = withoutThrow(() => find(data.args ?? []))
  if (asked === undefined) return undefined
  return {
    clusterName: asked.clusterName,
    roleArn: asked.roleArn,
    region: asked.region ?? env.get('AWS_REGION') ?? env.get('AWS_DEFAULT_REGION'),
    profile: asked.profile ?? env.get('AWS_PROFILE') ?? env.get('AWS_DEFAULT_PROFILE'),
    credentials: keyOf(env),
  }
}

/** Flags that it does not know are thrown. */
function withoutThrow(parse: () => Asked): Asked {
  try {
    return parse()
  } catch {
    return undefined
  }
}

function keyOf(env: ReadonlyMap<string, string>): KeyOfAws | undefined {
  const accessKeyId = env.get('AWS_ACCESS_KEY_ID')
  const secretAccessKey = env.get('AWS_SECRET_ACCESS_KEY')
  const sessionToken = env.get('AWS_SESSION_TOKEN')
  if (!accessKeyId || !secretAccessKey) return undefined
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
}
