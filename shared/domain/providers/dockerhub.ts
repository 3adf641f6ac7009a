import { hosted } from './plain.ts'
import type { Provider } from './provider.ts'

/**
 * Each manifest that is got is a pull, of which there are few an hour, and a HEAD none. What no tag is on stays, by its digest.
 *
 * @see https://docs.docker.com/docker-hub/usage/pulls/
 */
export const dockerhub = {
  ...hosted,
  countsPulls: true,
  pageSize: 100,
  hosts: {
    pattern: /^docker\.io$/,
    endpoint: 'https://registry-1.docker.io',
    realmHosts: ['auth.docker.io'],
    api: 'https://hub.docker.com',
  },
} as const satisfies Provider
