import { createGoogleTokens } from '../../shared/adapters/push-tokens/google-tokens.ts'

export const openPushTokens = () => createGoogleTokens()
