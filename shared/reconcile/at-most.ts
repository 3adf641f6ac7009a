/** Waits for it, and not for longer; how it ended is for whoever waits for all of it. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const settled = work.then(
    () => undefined,
    () => undefined,
  )
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<void>(resolve => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([settled, patience])
  clearTimeout(timer)
}
