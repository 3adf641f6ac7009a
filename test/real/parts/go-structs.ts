import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface GoField {
  /** In JSON; empty for a struct whose fields stand among those of its parent. */
  name: string
  /** As the source spells it: `*int32`, `[]Container`, `map[string][]byte`, `metav1.ObjectMeta`. */
  type: string
  /** In protobuf. */
  number: number
}

/** The types of one Go package: structs with the fields that protobuf knows, and other types with what they stand for. */
export interface GoPackage {
  structs: Map<string, GoField[]>
  aliases: Map<string, string>
}

/** Reads the `types*.go` of a folder, or the files named, written as gofmt writes them. */
export function readGoPackage(folder: string, files = typeFilesOf(folder)): GoPackage {
  const found: GoPackage = { structs: new Map(), aliases: new Map() }
  for (const file of files) {
    const text = readFileSync(join(folder, file), 'utf8')
    for (const [, name = '', body = ''] of text.matchAll(/^type (\w+) struct \{\n(.*?)^\}/gms))
      found.structs.set(name, fieldsOf(body))
    for (const [, name = '', type = ''] of text.matchAll(/^type (\w+) ([\w.[\]]+)$/gm)) found.aliases.set(name, type)
  }
  return found
}

const typeFilesOf = (folder: string): string[] => readdirSync(folder).filter(file => /^types.*\.go$/.test(file))

function fieldsOf(body: string): GoField[] {
  const lines = body.split('\n').filter(line => /^\t[^/].*`.*protobuf:"\w+,/.test(line))
  return lines.map(line => {
    const [, type, name, number] =
      /^\t(?:\w+[ \t]+)?([*\w.[\]]+)[ \t]+`json:"([\w-]*)[^"]*"[^`]*?protobuf:"\w+,(\d+)/.exec(line) ?? []
    if (type === undefined || name === undefined) throw new Error(`expected a field with its tags, got ${line}`)
    return { name, type, number: Number(number) }
  })
}
