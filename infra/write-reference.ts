import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { crdReference } from './crd-reference.ts'

// `npm run reference`: after a change of the definitions.
const folder = new URL('cluster/crds/', import.meta.url)
const texts = readdirSync(folder)
  .sort()
  .map(name => readFileSync(new URL(name, folder), 'utf8'))
writeFileSync(new URL('../docs/reference-crds.md', import.meta.url), crdReference(texts))
