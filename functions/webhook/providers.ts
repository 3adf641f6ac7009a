import type { WebhookProviderName } from '../../shared/domain/webhook-provider.ts'
import { acr } from './providers/acr.ts'
import { aliyun } from './providers/aliyun.ts'
import { distribution } from './providers/distribution.ts'
import { dockerhub } from './providers/dockerhub.ts'
import { generic } from './providers/generic.ts'
import { ghcr } from './providers/ghcr.ts'
import { gitea } from './providers/gitea.ts'
import { google } from './providers/google.ts'
import { harbor } from './providers/harbor.ts'
import { jfrog } from './providers/jfrog.ts'
import { nexus } from './providers/nexus.ts'
import type { WebhookProvider } from './providers/provider.ts'
import { quay } from './providers/quay.ts'
import { zot } from './providers/zot.ts'

export const providers: Readonly<Record<WebhookProviderName, WebhookProvider>> = {
  distribution,
  harbor,
  dockerhub,
  ghcr,
  quay,
  acr,
  google,
  zot,
  jfrog,
  nexus,
  gitea,
  aliyun,
  generic,
}
