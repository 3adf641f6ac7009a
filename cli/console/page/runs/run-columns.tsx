import { sizeText } from '../../../../shared/domain/size.ts'
import type { RunsPage } from '../../api.ts'
import { PolicyLink } from '../policy-link.tsx'
import { plainText } from '../shown-text.ts'
import { Text, Time } from '../text.tsx'
import type { TableColumn } from '../virtual-table.tsx'

type Run = RunsPage['items'][number]

const results: Readonly<Record<Run['result'], string>> = {
  Running: 'running',
  Success: 'done',
  PartialFailure: 'done in part',
  Failed: 'failed',
  Skipped: 'skipped',
}

/** Of one policy or of all. */
export const columnsOf = (onRestore: (run: string) => void): TableColumn<Run>[] => [
  { title: 'When', kind: 'word', cell: ({ startedAt }) => <Time at={startedAt} /> },
  {
    title: 'Policy',
    kind: 'name',
    cell: ({ policy }) => <PolicyLink policy={policy} />,
  },
  { title: 'Marked', kind: 'number', cell: ({ marked }) => marked },
  {
    title: 'Deleted',
    kind: 'number',
    cell: ({ deleted, archived }) => (archived === undefined ? deleted : `${archived} archived`),
  },
  { title: 'Failed', kind: 'number', cell: ({ failed }) => <span class={failed > 0 ? 'bad' : ''}>{failed}</span> },
  {
    title: 'Freed',
    kind: 'number',
    cell: ({ freedBytes, dryRun }) => `${sizeText(freedBytes)}${dryRun && freedBytes > 0 ? ' not freed' : ''}`,
  },
  {
    title: 'How it ended',
    cell: ({ dryRun, result, message }) => (
      <>
        {dryRun ? 'dry run, ' : ''}
        <span class={result === 'Failed' || result === 'PartialFailure' ? 'bad' : ''}>{results[result]}</span>:{' '}
        <Text of={message} />
      </>
    ),
  },
  {
    title: 'Undo',
    cell: ({ run, undo }) =>
      undo === undefined ? (
        ''
      ) : (
        <button type="button" onClick={() => onRestore(run)} aria-label={`Restore what run ${plainText(run)} took`}>
          Restore…
        </button>
      ),
  },
]
