import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface Template {
  Resources: Record<string, { Type: string; Properties?: { PolicyDocument?: { Statement: unknown[] } } }>
}

const isTlsRule = (statement: unknown): boolean => JSON.stringify(statement).includes('"aws:SecureTransport":"false"')

/**
 * Takes the rules that refuse plain HTTP out of the templates of a cloud assembly, and the policies that held nothing
 * else: an emulator on plain HTTP that enforces policies would refuse every call, even the one that takes them back.
 * Everything else is deployed as it was synthesized.
 */
export function allowPlainHttp(assembly: string): void {
  for (const name of readdirSync(assembly).filter(file => file.endsWith('.template.json'))) {
    const file = join(assembly, name)
    const template: Template = JSON.parse(readFileSync(file, 'utf8'))
    template.Resources = Object.fromEntries(
      Object.entries(template.Resources).filter(([, { Properties }]) => {
        const document = Properties?.PolicyDocument
        if (!document?.Statement.some(isTlsRule)) return true
        document.Statement = document.Statement.filter(statement => !isTlsRule(statement))
        return document.Statement.length > 0
      }),
    )
    writeFileSync(file, JSON.stringify(template))
  }
}
