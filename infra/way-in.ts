import * as z from 'zod'

const domainSettings = z.strictObject({
  name: z.hostname('expected a domain name like hooks.example.com'),
  /** Of ACM, in the region of the deploy. */
  certificateArn: z
    .string()
    .regex(/^arn:[^:]+:acm:[^:]+:[0-9]{12}:certificate\/.+$/, 'expected the ARN of a certificate of ACM'),
  /** The record is made in this zone of Route 53. Absent: by you, to the output `DomainTarget`. */
  hostedZoneId: z
    .string()
    .regex(/^Z[A-Z0-9]+$/, 'expected the id of a hosted zone like Z0123456789ABC')
    .optional(),
})

/**
 * Where Lambda has no Function URLs.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
 */
export const regionsWithoutFunctionUrls: readonly string[] = [
  'ap-east-2',
  'ap-south-2',
  'ap-southeast-4',
  'ap-southeast-5',
  'ap-southeast-6',
  'ap-southeast-7',
  'ca-west-1',
  'eu-central-2',
  'eu-south-2',
  'il-central-1',
  'me-central-1',
]

const requestsPerSecond = z.int().min(1).max(10_000).default(100)

/** By which address registries call the webhooks and scrapers the metrics. */
export const wayInSettings = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('function-url') }),
    z.strictObject({
      kind: z.literal('http-api'),
      domain: domainSettings.optional(),
      /** What is beyond is refused with 429. */
      requestsPerSecond,
      /** The Function URLs stay beside it. */
      functionUrls: z.boolean().default(true),
    }),
    z.strictObject({
      kind: z.literal('rest-api'),
      domain: domainSettings.optional(),
      /** A web ACL of this region. */
      wafArn: z
        .string()
        .regex(/^arn:[^:]+:wafv2:[^:]+:[0-9]{12}:regional\/webacl\/.+$/, 'expected the ARN of a regional web ACL')
        .optional(),
      requestsPerSecond,
      /** They would lead around the web ACL. */
      functionUrls: z.boolean().default(false),
    }),
    z.strictObject({
      kind: z.literal('private'),
      /** Interface endpoints of `execute-api`; the first is in the address. */
      vpcEndpointIds: z
        .array(z.string().regex(/^vpce-[0-9a-f]{8,17}$/, 'expected an id like vpce-0123456789abcdef0'))
        .min(1, 'expected at least one VPC endpoint'),
      requestsPerSecond,
      /** They would be open to the internet. */
      functionUrls: z.boolean().default(false),
    }),
  ])
  .prefault({ kind: 'http-api' })

export type WayIn = z.infer<typeof wayInSettings>
export type DomainSettings = z.infer<typeof domainSettings>

/** True where functions have addresses of their own, which end with them. */
export const hasFunctionUrls = (wayIn: WayIn): boolean => wayIn.kind === 'function-url' || wayIn.functionUrls
