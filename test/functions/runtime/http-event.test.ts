import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseHttpEvent } from '../../../functions/runtime/http-event.ts'
import { InvalidInputError } from '../../../shared/errors.ts'

/** As AWS documents them. */
const recorded = (kind: 'http-api' | 'rest-api') =>
  JSON.parse(readFileSync(`test/fixtures/http-events/${kind}.json`, 'utf8'))
const ofHttpApi = recorded('http-api')
const ofRestApi = recorded('rest-api')
const bytes = Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d])

describe('a request', () => {
  it.each([
    ['http-api', ofHttpApi],
    ['rest-api', ofRestApi],
  ])('is read alike of an event of %s', (_, event) => {
    const { headers, body, ...rest } = parseHttpEvent(event)

    expect(rest).toEqual({ method: 'POST', path: '/webhook/harbor', sourceIp: '205.255.255.176' })
    expect(headers).toMatchObject({ authorization: 's3cret', 'content-type': 'application/json' })
    expect(body.toString()).toBe('{"events":[]}')
  })

  it.each([
    ['http-api', ofHttpApi],
    ['rest-api', ofRestApi],
  ])('of %s has its body as it was sent, byte for byte, so that its signature holds', (_, event) => {
    const read = parseHttpEvent({ ...event, body: bytes.toString('base64'), isBase64Encoded: true })

    expect(Buffer.compare(Buffer.from(read.body), bytes)).toBe(0)
  })

  it.each(['X-Hub-Signature-256', 'x-hub-signature-256', 'X-HUB-SIGNATURE-256'])(
    'has the header %s in lower case',
    name => {
      const ofRest = parseHttpEvent({ ...ofRestApi, multiValueHeaders: { [name]: ['sha256=1'] } })
      const ofHttp = parseHttpEvent({ ...ofHttpApi, headers: { [name]: 'sha256=1' } })

      expect(ofRest.headers).toEqual({ 'x-hub-signature-256': 'sha256=1' })
      expect(ofHttp.headers).toEqual({ 'x-hub-signature-256': 'sha256=1' })
    },
  )

  it('of a REST API has all values of a repeated header, as a Function URL joins them', () => {
    const { headers } = parseHttpEvent({ ...ofRestApi, multiValueHeaders: { Accept: ['a', 'b'] } })

    expect(headers).toEqual({ accept: 'a,b' })
  })

  it('without a body or headers is one all the same', () => {
    const read = parseHttpEvent({
      ...ofRestApi,
      httpMethod: 'GET',
      body: null,
      isBase64Encoded: false,
      multiValueHeaders: null,
    })

    expect(read).toMatchObject({ method: 'GET', headers: {} })
    expect(read.body.byteLength).toBe(0)
  })

  it('has its path without the name of the stage, and no other part less', () => {
    const inStage = (stage: string, path: string) =>
      parseHttpEvent({
        ...ofHttpApi,
        requestContext: { stage, http: { method: 'POST', path } },
      }).path

    expect(inStage('in', '/in/webhook/harbor')).toBe('/webhook/harbor')
    expect(inStage('in', '/inner/webhook')).toBe('/inner/webhook')
    expect(inStage('$default', '/webhook/harbor')).toBe('/webhook/harbor')
    expect(inStage('$default', '/$default/harbor')).toBe('/$default/harbor')
  })

  it.each([[{}], [null], ['text'], [{ ...ofRestApi, multiValueHeaders: { a: 'b' } }], [{ Records: [] }]])(
    'is refused where the event is %j',
    event => {
      expect(() => parseHttpEvent(event)).toThrow(InvalidInputError)
    },
  )
})
