import * as z from 'zod'
import { nameGlob } from '../grants/grant.ts'
import type { OwningNamespace } from '../name-for-reader.ts'
import { compilePathGlob } from '../path-glob.ts'

/** What people can be told of. */
export const subjects = ['deletions-ahead', 'run-ended', 'waits-for-approval', 'in-danger'] as const
export type Subject = (typeof subjects)[number]

const hostPattern = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?$/

const shared = {
  /** As the log and the record of what was told name it: a receiver of another name is told anew. */
  name: z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'expected lower-case letters, digits and hyphens'),
  /** Names of clusters; default: of every cluster. */
  clusters: z.array(nameGlob).min(1, 'expected at least one glob, or no list for all').optional(),
  /** It is told what is of these namespaces, and nothing else. */
  namespaces: z.array(nameGlob).min(1, 'expected at least one glob'),
  /** Default: all of it. */
  about: z.array(z.enum(subjects)).min(1, 'expected at least one, or no list for all').optional(),
}

const webhook = {
  ...shared,
  /** The secret whose text is the URL: whoever knows it may post there. */
  secret: z.string().min(1).describe('the name or ARN of a Secrets Manager secret'),
  /** `host` or `host:port` of the URL, where it may be an address inside: all but public ones are refused else. */
  privateHost: z
    .string()
    .regex(hostPattern, 'expected a host with an optional port, such as chat.corp.example:8443')
    .optional(),
  /** PEM of the authority that its certificate is of, where Node does not know it. */
  ca: z.string().startsWith('-----BEGIN CERTIFICATE-----', 'expected a certificate as PEM').optional(),
}

/** Whom to tell, and of what. */
export const receiver = z.discriminatedUnion('kind', [
  /** An incoming webhook of Slack, or of what speaks as it: Mattermost, Rocket.Chat. */
  z.strictObject({ kind: z.literal('slack'), ...webhook }),
  /** A workflow of Teams that posts what a webhook brings. */
  z.strictObject({ kind: z.literal('teams'), ...webhook }),
  /** A topic of SNS, to which people subscribe by e-mail. */
  z.strictObject({
    kind: z.literal('email'),
    ...shared,
    topicArn: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$/,
        'expected the ARN of a standard SNS topic',
      ),
  }),
])
export type Receiver = z.infer<typeof receiver>
export type WebhookReceiver = Exclude<Receiver, { kind: 'email' }>
export type EmailReceiver = Extract<Receiver, { kind: 'email' }>

/** No two of one name: they would take what was told to one for told to the other. */
export const receivers = z.array(receiver).superRefine((all, context) => {
  for (const [at, { name }] of all.entries())
    if (all.findIndex(one => one.name === name) < at)
      context.addIssue({
        code: 'custom',
        path: [at, 'name'],
        input: name,
        message: `expected a name of its own, which ${name} is of another`,
      })
})

const anyOf = (globs: readonly string[]): ((name: string) => boolean) => {
  const matchers = globs.map(compilePathGlob)
  return name => matchers.some(matches => matches(name))
}

/** True for a namespace that the receiver is told of. Its owner, as an annotation names it, counts for nothing here. */
export function hears({ clusters, namespaces }: Receiver): (of: OwningNamespace) => boolean {
  const isNamespace = anyOf(namespaces)
  const isCluster = clusters ? anyOf(clusters) : () => true
  return ({ cluster, namespace }) => isCluster(cluster) && isNamespace(namespace)
}

export const wants = ({ about }: Receiver, subject: Subject): boolean => about?.includes(subject) ?? true
