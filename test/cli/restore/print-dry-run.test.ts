import { expect, it } from 'vitest'
import { printDryRun } from '../../../cli/restore/print-dry-run.ts'
import type { RestoreResult } from '../../../cli/restore/restore-json.ts'
import type { RestoreOutcome } from '../../../shared/restore/restore-outcome.ts'
import { digestOf } from '../../support/records.ts'

it('sums up the bytes of what would be restored alone, and each outcome by its own word', () => {
  const outcomes: RestoreOutcome[] = ['restored', 'present', 'left-alone', 'missing', 'failed']
  const things = outcomes.map((outcome, at) => {
    const digest = digestOf(String(at))
    return { kind: 'manifest', name: digest, digest, outcome, reason: 'x', sizeBytes: 1000 }
  })
  const result = { repositories: [{ repository: 'r.example.com/app', things }] } as unknown as RestoreResult

  const text = [...printDryRun(result, { columns: Number.POSITIVE_INFINITY, colours: false })].join('')

  expect(text).toMatch(
    /^5 images: 1 would be restored \(1\.0 kB\), 1 there already, 1 left alone, 1 could not be restored, 1 failed; with 0 tags and 0 Repository objects$/m,
  )
})
