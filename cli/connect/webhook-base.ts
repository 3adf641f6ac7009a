import { InvalidInputError } from '../../shared/errors.ts'

/** The address that `--url` names, without the path that every webhook begins with, and without slashes at the end. */
export function parseWebhookBase(url: string): string {
  const parsed = URL.parse(url)
  if (parsed === null || !/^https?:$/.test(parsed.protocol))
    throw new InvalidInputError(
      `--url: expected an address such as https://hooks.example.com, got ${JSON.stringify(url)}`,
    )
  return `${parsed.origin}${parsed.pathname}`.replace(/\/+$/, '').replace(/\/webhook$/, '')
}
