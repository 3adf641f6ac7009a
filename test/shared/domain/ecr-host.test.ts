import { describe, expect, it } from 'vitest'
import { ecrEventHost, ecrSpelling, findEcrHost } from '../../../shared/domain/ecr-host.ts'

const account = '123456789012'

describe('a host of ECR', () => {
  it.each([
    ['dkr.ecr.eu-west-1.amazonaws.com', 'eu-west-1', 'dkr.ecr.eu-west-1.amazonaws.com', false],
    ['dkr.ecr-fips.us-gov-west-1.amazonaws.com', 'us-gov-west-1', 'dkr.ecr.us-gov-west-1.amazonaws.com', true],
    ['dkr-ecr.eu-west-1.on.aws', 'eu-west-1', 'dkr.ecr.eu-west-1.amazonaws.com', false],
    ['dkr-ecr-fips.us-east-1.on.aws', 'us-east-1', 'dkr.ecr.us-east-1.amazonaws.com', true],
    ['dkr.ecr.cn-north-1.amazonaws.com.cn', 'cn-north-1', 'dkr.ecr.cn-north-1.amazonaws.com.cn', false],
    [
      'dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn',
      'cn-northwest-1',
      'dkr.ecr.cn-northwest-1.amazonaws.com.cn',
      false,
    ],
    ['dkr-ecr.eusc-de-east-1.on.amazonwebservices.eu', 'eusc-de-east-1', 'dkr.ecr.eusc-de-east-1.amazonaws.eu', false],
    ['dkr.ecr.us-iso-east-1.c2s.ic.gov', 'us-iso-east-1', 'dkr.ecr.us-iso-east-1.c2s.ic.gov', false],
    ['dkr.ecr.us-isob-east-1.sc2s.sgov.gov', 'us-isob-east-1', 'dkr.ecr.us-isob-east-1.sc2s.sgov.gov', false],
    ['dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk', 'eu-isoe-west-1', 'dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk', false],
    ['dkr.ecr.us-isof-south-1.csp.hci.ic.gov', 'us-isof-south-1', 'dkr.ecr.us-isof-south-1.csp.hci.ic.gov', false],
  ])('tells account, region and the host of its events: %s', (host, region, event, isFips) => {
    expect(findEcrHost(`${account}.${host}`)).toEqual({ account, region, isFips })
    expect(ecrSpelling(`${account}.${host}`)).toBe(`${account}.${event}`)
    expect(ecrEventHost(account, region)).toBe(`${account}.${event}`)
  })

  it.each([
    '123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example',
    'evil.123456789012.dkr.ecr.eu-west-1.amazonaws.com',
    '123456789012.dkr.ecr.eu-west-1.amazonaws.com:8443',
    '123456789012.dkr.ecr.eu-west-1.amazonawsxcom',
    '123456789012.dkr.ecr.eu-west-1.amazonaws.com.cn',
    '123456789012.dkr.ecr.cn-north-1.amazonaws.com',
    '12345678901.dkr.ecr.eu-west-1.amazonaws.com',
  ])('GO-2026-6225 is not one that looks alike: %s', host => {
    expect(findEcrHost(host)).toBeUndefined()
    expect(ecrSpelling(host)).toBe(host)
  })
})
