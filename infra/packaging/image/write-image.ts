import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { buildImage } from './build-image.ts'

const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist/shelflife-image.tar' } } })
writeFileSync(values.out, await buildImage())
process.stdout.write(`image  ${values.out}\n`)
