import type { CleanupAction } from './policy.ts'

/** What a policy does to what nothing keeps, in the words of messages. */
export interface ActionWords {
  readonly verb: 'delete' | 'archive'
  readonly third: 'deletes' | 'archives'
  readonly done: 'deleted' | 'archived'
  /** Before the name of a repository. */
  readonly doneIn: 'deleted from' | 'archived in'
}

const words: Readonly<Record<CleanupAction, ActionWords>> = {
  Delete: { verb: 'delete', third: 'deletes', done: 'deleted', doneIn: 'deleted from' },
  Archive: { verb: 'archive', third: 'archives', done: 'archived', doneIn: 'archived in' },
}

export const actionWords = (action: CleanupAction): ActionWords => words[action]

/** The same of what a mark announces. */
export const markWords = ({ archives }: { readonly archives?: true | undefined }): ActionWords =>
  words[archives ? 'Archive' : 'Delete']
