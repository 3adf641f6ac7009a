import type { WebhookProviderName } from '../../shared/domain/webhook-provider.ts'

/** What is typed into a registry so that it tells of pushes. */
export interface Setup {
  /** Where that is. */
  readonly where: string
  /** Fields there, by the names that they have there, and what to put in. */
  readonly fields?: readonly (readonly [name: string, value: string])[]
  /** A file or a command in place of fields, or beside them, as it is copied. */
  readonly text?: string
  /** What to know of it. */
  readonly notes?: readonly string[]
}

/** What the registry is told: where to send, and with what. */
export interface Told {
  readonly registry: string
  /** With the secret, of senders that have it there. */
  readonly address: string
  readonly secret: string
  readonly serviceAccount: string
  readonly audience: string
}

const inJson = (value: unknown): string => JSON.stringify(value, undefined, 2)
const byDigest = 'pushes alone are told; what is deleted is seen by the next full sync'

/** For each sender what its registry asks for. */
export const setups: Readonly<Record<WebhookProviderName, (told: Told) => Setup>> = {
  distribution: ({ address, secret }) => ({
    where: 'config.yml of the registry, also that of a GitLab of your own under registry.notifications',
    text: `notifications:
  endpoints:
    - name: shelflife
      url: ${address}
      headers:
        Authorization: [${JSON.stringify(`Bearer ${secret}`)}]
      timeout: 5s
      threshold: 5
      backoff: 10s
      ignore:
        actions: [pull]
        mediatypes: [application/octet-stream]`,
  }),
  harbor: ({ address, secret }) => ({
    where: 'Harbor, in each project: Webhooks > New Webhook',
    fields: [
      ['Notify Type', 'http'],
      ['Payload Format', 'Default or CloudEvents'],
      ['Event Type', 'Artifact pushed, Artifact deleted'],
      ['Endpoint URL', address],
      ['Auth Header', secret],
    ],
    notes: ['a tag that is only moved or removed in Harbor is told nowhere; the next full sync sees it'],
  }),
  dockerhub: ({ address }) => ({
    where: 'hub.docker.com, in each repository: Webhooks',
    fields: [
      ['Webhook name', 'shelflife'],
      ['Webhook URL', address],
    ],
    notes: [byDigest],
  }),
  ghcr: ({ address, secret }) => ({
    where: 'github.com, in the organisation or the repository: Settings > Webhooks > Add webhook',
    fields: [
      ['Payload URL', address],
      ['Content type', 'application/json'],
      ['Secret', secret],
      ['Which events', 'Let me select individual events > Packages; for an app: Registry packages'],
    ],
    notes: [byDigest, 'GitHub sends each delivery once; Recent Deliveries there shows the answers'],
  }),
  quay: ({ address }) => ({
    where: 'Quay, in each repository: Settings > Events and Notifications > Create Notification',
    fields: [
      ['When this event occurs', 'Push to Repository'],
      ['Then issue a notification', 'Webhook POST'],
      ['Webhook URL', address],
      ['POST JSON Body Template', '(empty)'],
    ],
    notes: [
      byDigest,
      'after three failures in a row Quay disables the notification, and a person enables it again there',
    ],
  }),
  acr: ({ registry, address, secret }) => ({
    where: 'the Azure command line, or the portal: the registry > Webhooks > Add',
    text: `az acr webhook create --registry ${registry.split('.')[0]} --name shelflife \\
  --actions push delete --uri ${address} \\
  --headers 'Authorization=Bearer ${secret}'`,
    notes: ['try it: az acr webhook ping --name shelflife', 'Azure never tells of a tag that is only removed'],
  }),
  google: ({ address, serviceAccount, audience }) => ({
    where: 'the gcloud command line, in the project of the repositories',
    text: `gcloud pubsub topics create gcr
gcloud pubsub subscriptions create shelflife --topic gcr \\
  --push-endpoint ${address} \\
  --push-auth-service-account ${serviceAccount} \\
  --push-auth-token-audience ${audience}`,
    notes: [
      'the topic is named gcr for Artifact Registry too, and may be there already',
      "the project's Pub/Sub service agent needs roles/iam.serviceAccountTokenCreator on the account",
    ],
  }),
  zot: ({ address, secret }) => ({
    where: 'the configuration of zot, built with its events extension',
    text: inJson({
      extensions: {
        events: {
          enable: true,
          sinks: [{ type: 'http', address, timeout: '5s', headers: { Authorization: `Bearer ${secret}` } }],
        },
      },
    }),
    notes: [
      'a version that sends no headers: "credentials": {"username": "shelflife", "password": THE SECRET} in their place',
      'zot sends each event once',
    ],
  }),
  jfrog: ({ address, secret }) => ({
    where: 'the JFrog Platform: Administration > General > Webhooks > New Webhook',
    fields: [
      ['URL', address],
      ['Events', 'Docker: tag was pushed, deleted, promoted; choose the repositories'],
      ['Secret token', secret],
      ['Use secret for payload signing', 'on'],
    ],
    notes: [
      'an image of the repository docker-local is looked for as docker-local/NAME; where it is pulled by another path, say so in webhooks[].paths of the settings',
    ],
  }),
  nexus: ({ address, secret }) => ({
    where: 'Nexus, for each repository: Settings > System > Capabilities > Create > Webhook: Repository',
    fields: [
      ['Repository', 'the Docker repository'],
      ['Event Types', 'component'],
      ['URL', address],
      ['Secret Key', secret],
    ],
    notes: [
      'an image is looked for by its name alone; where the name of the repository is part of the path, say so in webhooks[].paths of the settings',
      'Nexus sends each delivery once',
    ],
  }),
  gitea: ({ address, secret }) => ({
    where: 'Gitea or Forgejo, in the organisation, or for a user: Settings > Webhooks > Add Webhook > Gitea (Forgejo)',
    fields: [
      ['Target URL', address],
      ['HTTP Method', 'POST'],
      ['POST Content Type', 'application/json'],
      ['Secret', secret],
      ['Trigger On', 'Custom Events > Package'],
    ],
    notes: ['webhook.ALLOWED_HOST_LIST of its app.ini must allow the host of the address'],
  }),
  aliyun: ({ address }) => ({
    where: 'the console of Container Registry, in each repository: Webhook (Enterprise Edition: Trigger) > Create',
    fields: [
      ['Name', 'shelflife'],
      ['Webhook URL', address],
      ['Trigger', 'All'],
    ],
    notes: [byDigest],
  }),
  generic: ({ address, secret }) => ({
    where: 'a CI job, after its push',
    text: `SECRET=${quotedForShell(secret)}
BODY="{\\"time\\":\\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\\",\\"repository\\":\\"team/app\\",\\"tag\\":\\"v1\\"}"
SIGNATURE=$(printf %s "$BODY" | openssl dgst -sha256 -hmac "$SECRET" | sed 's/.* //')
curl --fail-with-body -H 'Content-Type: application/json' -H "X-Signature: sha256=$SIGNATURE" \\
  --data-raw "$BODY" ${address}`,
    notes: [
      'the repository is named without the host; "digest" and "tags" may be given as well, and "action" may be push, delete or ping',
      'it counts within five minutes of its time',
    ],
  }),
}

const quotedForShell = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
