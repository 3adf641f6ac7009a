import { describe, expect, it } from 'vitest'
import { pullOf } from '../../../../shared/domain/metrics/pull-event.ts'

const pulled = (rest: string) => pullOf('Pulled', `Successfully pulled image "harbor.example.com/shop/web:v1" ${rest}`)

describe('a pull in the words of a kubelet', () => {
  it('is of the repository, and took the time with its wait for others', () => {
    expect(pulled('in 1.204s (3.75s including waiting). Image size: 77012 bytes.')).toEqual({
      outcome: 'pulled',
      image: 'harbor.example.com/shop/web',
      seconds: 3.75,
    })
  })

  it.each([
    ['in 850.5ms (850.5ms including waiting)', 0.8505],
    ['in 1m2.5s (1m2.5s including waiting)', 62.5],
    ['in 1h0m3s (1h0m3s including waiting)', 3603],
    ['in 12.5µs', 0.0000125],
    ['in 2s', 2],
  ])('%s is a duration as Go prints it', (text, seconds) => {
    expect(pulled(text)?.seconds).toBeCloseTo(seconds, 9)
  })

  it('counts without a duration where it says none that can be read', () => {
    expect(pulled('in some time')).toEqual({ outcome: 'pulled', image: 'harbor.example.com/shop/web' })
  })

  it.each(['9'.repeat(309), '86401', `${'9'.repeat(308)}h1`])(
    'that took %s seconds counts without a duration',
    seconds => {
      expect(pulled(`in ${seconds}s`)).toEqual({ outcome: 'pulled', image: 'harbor.example.com/shop/web' })
    },
  )

  it('is no pull where the image was there already, or something else happened', () => {
    expect(pullOf('Pulled', 'Container image "nginx:1" already present on machine')).toBeUndefined()
    expect(pullOf('Failed', 'Error: ErrImagePull')).toBeUndefined()
    expect(pullOf('BackOff', 'Back-off restarting failed container web in pod web_shop(1)')).toBeUndefined()
    expect(pullOf('Scheduled', 'Successfully pulled image "nginx:1" in 1s')).toBeUndefined()
  })

  it('that failed, or is put off, says which image, normalised', () => {
    expect(pullOf('Failed', 'Failed to pull image "nginx:nosuch": rpc error: code = NotFound')).toEqual({
      outcome: 'failed',
      image: 'docker.io/library/nginx',
    })
    expect(pullOf('BackOff', `Back-off pulling image "nginx@sha256:${'a'.repeat(64)}": ErrImagePull`)).toEqual({
      outcome: 'backed-off',
      image: 'docker.io/library/nginx',
    })
  })

  it('of what is no image name is left out', () => {
    expect(pullOf('Failed', 'Failed to pull image "::::": no such thing')).toBeUndefined()
  })
})
