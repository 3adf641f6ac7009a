import type { Locator } from 'playwright-core'

/** More than any page of the console has. */
const mostTabs = 200

/** Goes on by the tab key until this has the focus, as somebody without a mouse does. */
export async function tabTo(target: Locator): Promise<void> {
  const page = target.page()
  for (let pressed = 0; pressed < mostTabs; pressed++) {
    if (await hasFocus(target)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`expected to reach ${target} by the tab key, did not within ${mostTabs} presses`)
}

export const hasFocus = (target: Locator): Promise<boolean> =>
  target.evaluate(element => element === element.ownerDocument.activeElement)

/** Whether whoever looks can see where the focus is. */
export const isFocusVisible = (target: Locator): Promise<boolean> =>
  target.evaluate(element => {
    const { outlineStyle, outlineWidth } = element.ownerDocument.defaultView.getComputedStyle(element)
    return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2
  })
