/** Any non-empty value asks for a sync now; it is removed once it was heard, so that the same command works again. */
export const manualSyncAnnotation = 'theriseunion.io/manual-sync'
/** Mirrors `status.verifyStatus`, where the documented kubectl command looks for it. */
export const verifyStatusAnnotation = 'theriseunion.io/verify-status'
