import type { AuditAction } from '../../../../shared/domain/audit.ts'

/** What can be asked for, in the order in which people ask. Written out here: their schema would triple the page. */
export const historyActions: readonly AuditAction[] = [
  'deleted',
  'marked',
  'mark-lifted',
  'restored',
  'archived',
  'approved',
  'delete-failed',
  'deletion-started',
  'deletion-told',
  'object-deleted',
  'restore-started',
  'tag-created',
  'tag-moved',
  'tag-gone',
  'image-recorded',
  'image-refreshed',
  'image-gone',
  'used',
  'unused',
  'stage-changed',
  'unreadable',
]
