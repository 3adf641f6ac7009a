import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { accessKeyFile, ensureAccessKey, readAccessKey } from '../../../cli/embedded/access-key.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { testFolder } from './aws/embedded-aws.ts'

it('T8 is made once for a data folder, for its owner alone, and is another in another', async () => {
  const [folder, other] = [await testFolder(), await testFolder()]

  const first = ensureAccessKey(folder)
  await chmod(accessKeyFile(folder), 0o644)
  const second = ensureAccessKey(folder)

  expect(second).toEqual(first)
  expect(readAccessKey(folder)).toEqual(first)
  expect((await stat(accessKeyFile(folder))).mode & 0o777).toBe(0o600)
  expect(ensureAccessKey(other)).not.toEqual(first)
  expect(first.secretAccessKey).toHaveLength(40)
})

it('is a credentials file of the AWS tools', async () => {
  const folder = await testFolder()
  const { accessKeyId, secretAccessKey } = ensureAccessKey(folder)

  expect(await readFile(accessKeyFile(folder), 'utf8')).toContain(
    `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
  )
})

it('says what to do where there is no key, or a file without one', async () => {
  const folder = await testFolder()
  expect(() => readAccessKey(folder)).toThrow(
    /expected to read the access key in .*aws-credentials; run this as the user/,
  )

  await writeFile(accessKeyFile(folder), '[default]\naws_access_key_id =\n')

  expect(() => ensureAccessKey(folder)).toThrow(InvalidInputError)
  expect(() => ensureAccessKey(folder)).toThrow(/remove the file, and the next start makes another/)
})
