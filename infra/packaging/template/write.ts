import { parseArgs } from 'node:util'
import { InvalidInputError } from '../../../shared/errors.ts'
import { configFileOf, loadConfig } from '../../config.ts'
import { writeTemplates } from './write-templates.ts'

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'dist/template' },
    bucket: { type: 'string' },
    config: { type: 'string', default: configFileOf(undefined) },
  },
})
try {
  writeTemplates(await loadConfig(values.config), values.out, values.bucket)
  process.stdout.write(`templates  ${values.out}\n`)
} catch (error) {
  if (!(error instanceof InvalidInputError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
