import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { createSecretStore } from '../../shared/adapters/secrets/secrets-manager.ts'

export const openSecrets = () => createSecretStore(new SecretsManagerClient())
