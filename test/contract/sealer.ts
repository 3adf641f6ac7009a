import { expect, it } from 'vitest'
import type { Sealer } from '../../shared/ports/platform.ts'

const owner = { cluster: 'eu-1', uid: 'b1946ac9-2f2b-4d6a-9c11-0f4f7d2f5e10' }

/** What is sealed opens for its owner, and for nobody else. */
export function sealerContract(sealer: () => Sealer): void {
  it.each(['robot', '', 'pässwörd 密码', 'x'.repeat(64 * 1024)])('opens what it sealed (%#)', async text => {
    const sealed = await sealer().seal(text, owner)

    expect(await sealer().open(sealed, owner)).toBe(text)
  })

  it('makes a printable text that does not hold what it sealed, and another one each time', async () => {
    const sealed = await Promise.all([sealer().seal('p4ssw0rd', owner), sealer().seal('p4ssw0rd', owner)])

    expect(new Set(sealed).size).toBe(2)
    for (const one of sealed) expect(one).toMatch(/^[\x21-\x7e]+$/)
    expect(sealed.join()).not.toMatch(/p4ssw0rd|cDRzc3cwcmQ/)
  })

  it('T2 opens for no other object, and for none of that uid in another cluster, also after it opened', async () => {
    const sealed = await sealer().seal('p4ssw0rd', owner)
    await sealer().open(sealed, owner)

    expect(await sealer().open(sealed, { ...owner, uid: 'another' })).toBeUndefined()
    expect(await sealer().open(sealed, { ...owner, cluster: 'eu-2' })).toBeUndefined()
  })

  it.each(['', 'p4ssw0rd', '1.AAAA.AAAA', '1..', '2.AAAA.AAAA'])(
    'opens nothing that it did not seal: %j',
    async text => {
      expect(await sealer().open(text, owner)).toBeUndefined()
    },
  )
}
