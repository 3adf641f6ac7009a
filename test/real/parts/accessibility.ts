import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** What axe finds wrong in the page as it stands, a line for each: the rule, and where. Its script needs no tag in the page. */
export async function violationsIn(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    // biome-ignore lint/suspicious/noExplicitAny: put there by the script above
    const { violations } = await (globalThis as any).axe.run()
    return violations.flatMap(({ id, help, nodes }: { id: string; help: string; nodes: { target: unknown }[] }) =>
      nodes.map(({ target }) => `${id}: ${help}: ${target}`),
    )
  })
}
