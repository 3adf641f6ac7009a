import type { Settings } from '../../shared/settings.ts'

/**
 * Takes the ids of secrets out of what is told: a message of a cluster or registry that cannot be reached names where its
 * credential lies.
 */
export function withoutSecretIds(settings: Settings): (text: string) => string {
  const ids = [...new Set(secretIdsIn(settings))].sort((a, b) => b.length - a.length)
  if (ids.length === 0) return text => text
  // Only behind the word, since a cluster may be called what its secret is; between quotation marks as JSON has them too.
  const named = new RegExp(`\\bsecret (\\\\?"|)(?:${ids.map(idPattern).join('|')})\\1(?![\\w/+=@.-]*[\\w/+=@-])`, 'gi')
  return text => text.replace(named, 'its secret')
}

const idPattern = (id: string): string =>
  JSON.stringify(id)
    .slice(1, -1)
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

function secretIdsIn(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return /secret$/i.test(key) ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => secretIdsIn(inner, name))
}
