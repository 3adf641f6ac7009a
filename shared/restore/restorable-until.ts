function collectionText({ cron, deletesUntagged, sparesHours }: GarbageCollection): string {
  const when =
    cron === undefined
      ? 'until somebody starts its garbage collection, of which none is scheduled'
      : `until its next garbage collection, scheduled as "${cron}" (seconds first, UTC)`
  const spared = sparesHours === 0 ? 'nothing' : `what was uploaded in the last ${amountText(sparesHours, 'hour')}`
  const untagged = deletesUntagged ? ', and deletes images without a tag, also those that are put back so' : ''
  return `Harbor keeps deleted layers ${when}; it spares ${spared}${untagged}`
}
