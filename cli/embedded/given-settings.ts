import { writeFileSync } from 'node:fs'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { createSecretStore } from '../../shared/adapters/secrets/secrets-manager.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { grantWarnings, labelKeysNote, refuseMissingGrants } from '../../shared/settings/grant-checks.ts'
import { secretComplaints } from '../../shared/settings/secret-checks.ts'
import { parseSettings, type Settings } from '../../shared/settings.ts'
import { pullSecretPrefix } from '../../shared/wiring.ts'
import { ownClusterSecrets } from './in-cluster.ts'

/** An installation whose settings are written out, as those on AWS are, in place of what flags say. */
export interface GivenInstallation {
  readonly settings: Settings
  /** Holds the secrets that the settings name, as files of their names. */
  readonly secretsFolder: string | undefined
  /** Kubeconfigs of the cluster that it runs in: of the one who reads, and of the one who deletes and restores objects. */
  readonly ownCluster: { readonly reader: string; readonly executor: string }
  /** Registries and scrapers reach the process at this port, on all of its addresses. */
  readonly listenPort: number
  /** By which address registries reach that, without the path of the webhooks; absent: nobody said. */
  readonly webhookBase?: string
}

/** @throws InvalidInputError that names every field, what was expected there and what was given; also for what a synth refuses */
export function parseGivenSettings(input: unknown): Settings {
  const settings = parseSettings(input)
  const ofOwn = settings.clusters.filter(({ kubeconfigSecret }) => kubeconfigSecret === ownClusterSecrets.reader)
  if (ofOwn.length !== 1)
    throw new InvalidInputError(
      `settings: clusters: expected one with kubeconfigSecret ${JSON.stringify(ownClusterSecrets.reader)}, which is the cluster that this runs in, got ${ofOwn.length}`,
    )
  if (settings.notifications.some(({ kind }) => kind === 'email'))
    throw new InvalidInputError('settings: notifications: expected slack or teams, got email, which goes by SNS on AWS')
  const complaints = secretComplaints(settings, { root: 'settings', pullSecretPrefix })
  if (complaints.length > 0) throw new InvalidInputError(complaints.join('\n'))
  refuseMissingGrants(settings, 'settings')
  return settings
}

/** What a synth says of the grants, and nobody reads of a Pod but in its log. */
export const notesOfSynth = (settings: Settings): string[] => {
  const labels = labelKeysNote(settings)
  return [...grantWarnings(settings).map(({ text }) => text), ...(labels === undefined ? [] : [labels])]
}

/** Writes the settings where the functions read them, and the secrets of the own cluster beside those that are mounted. */
export async function writeGivenSettings(given: GivenInstallation, settingsFile: string): Promise<void> {
  writeFileSync(settingsFile, JSON.stringify(given.settings, undefined, 2))
  const secrets = createSecretStore(new SecretsManagerClient())
  await secrets.putSecret(ownClusterSecrets.reader, given.ownCluster.reader)
  await secrets.putSecret(ownClusterSecrets.executor, given.ownCluster.executor)
}
