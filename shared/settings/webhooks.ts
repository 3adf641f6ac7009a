import * as z from 'zod'
import { pathGlob, registryHost, repositoryPath } from '../domain/name-schemas.ts'
import { webhookProviders } from '../domain/webhook-provider.ts'
import { checkWebhook } from './checks.ts'
import { secretId } from './names.ts'

/** One sender of webhooks. */
export const webhookSettings = z
  .strictObject({
    provider: z.enum(webhookProviders),
    /** The registry that holds this secret: an event counts for it and no other. */
    registry: registryHost,
    /** Of every sender but `google`, which signs with keys of its own. */
    secret: secretId.optional(),
    /** Of `google`: the e-mail address of the service account that its subscription pushes as. */
    serviceAccount: z.email('expected the e-mail address of a service account').optional(),
    /** Of `google`: the audience that the subscription asks for in its tokens. */
    audience: z.string().min(1).max(2048).optional(),
    /** The paths that events with this secret may name, as globs; default: all. Hints for others are dropped. */
    repositories: z.array(pathGlob).min(1, 'expected at least one glob').optional(),
    /**
     * Of `nexus` and `jfrog`: below which path the images of one of their repositories are pulled, by its name; '' where
     * it has a host or port of its own. Default: of `jfrog` its name, of `nexus` ''.
     */
    paths: z.record(z.string(), z.union([z.literal(''), repositoryPath])).optional(),
  })
  .superRefine(checkWebhook)
