import { expect, it } from 'vitest'
import { printRestored } from '../../../cli/restore/print-restored.ts'
import { type RestoreResult, restoreJson } from '../../../cli/restore/restore-json.ts'
import type { RestoredItem } from '../../../shared/restore/restore-outcome.ts'
import { at, digestOf } from '../../support/records.ts'
import { schemaProblem } from '../schema.ts'

const digest = digestOf('one')
const restored = (thing: Pick<RestoredItem, 'outcome' | 'storage'>, dryRun = false): RestoreResult => ({
  dryRun,
  now: at(0),
  notes: [],
  repositories: [
    {
      repository: 'ecr.example.com/team/app',
      restorableUntil: 'ECR keeps it',
      things: [{ kind: 'manifest', name: digest, digest, reason: 'out of the archive of its registry', ...thing }],
    },
  ],
})
const textOf = (result: RestoreResult) =>
  [...printRestored(result, { columns: Number.POSITIVE_INFINITY, colours: false })].join('')

it.each(['restored', 'present'] as const)(
  'says of what is on its way out of the archive when it can be pulled: %s',
  outcome => {
    const coming = /1 image on the way out of the archive: a pull fails until then.*give the same command again/

    expect(textOf(restored({ outcome, storage: 'activating' }))).toMatch(coming)
    expect(textOf(restored({ outcome, storage: 'activating' }, true))).not.toMatch(coming)
    expect(textOf(restored({ outcome, storage: 'active' }))).not.toMatch(coming)
    expect(textOf(restored({ outcome }))).not.toMatch(coming)
  },
)

it('says so in JSON, as its schema describes', async () => {
  const json = JSON.parse([...restoreJson(restored({ outcome: 'restored', storage: 'activating' }))].join(''))

  expect(await schemaProblem('restore/restore.schema.json', json)).toBeUndefined()
  expect(json.repositories[0].things[0]).toMatchObject({ outcome: 'restored', storage: 'activating' })
})
