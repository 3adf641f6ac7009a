import { useContext, useEffect, useRef } from 'preact/hooks'
import UPlot from 'uplot'
import { stackedOf } from './stacked.ts'
import { ThemeContext } from './theme-context.ts'

export interface PictureSeries {
  readonly title: string
  readonly values: readonly number[]
}

export interface PictureProps {
  readonly title: string
  /** One for each value. RFC 3339, or a day of it. */
  readonly times: readonly string[]
  readonly series: readonly PictureSeries[]
  readonly valueText: (value: number) => string
  /** Series on top of each other, where their sum means something. */
  readonly isStacked?: boolean
}

const height = 190

/** A picture over time, and the same as a table for whoever cannot see it or wants the numbers. */
export function Picture(props: PictureProps) {
  const { title, times, series, valueText } = props
  if (times.length === 0)
    return (
      <figure>
        <figcaption>{title}</figcaption>
        <p class="quiet">nothing is known yet</p>
      </figure>
    )
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <Canvas {...props} />
      <ul class="legend">
        {series.map((one, at) => (
          <li key={one.title} style={{ '--series': `var(${colourOf(at)})` }}>
            {one.title}: {valueText(one.values.at(-1) ?? 0)}
          </li>
        ))}
      </ul>
      <details>
        <summary>as a table</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard */}
        <section class="scrolls" tabIndex={0} aria-label={`${title}, as a table`}>
          <table>
            <thead>
              <tr>
                <th scope="col">Day</th>
                {series.map(one => (
                  <th scope="col" class="number" key={one.title}>
                    {one.title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {times.map((time, at) => (
                <tr key={time}>
                  <th scope="row">{time.slice(0, 10)}</th>
                  {series.map(one => (
                    <td class="number" key={one.title}>
                      {valueText(one.values[at] ?? 0)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </figure>
  )
}

const colourOf = (at: number): string => `--series-${(at % 4) + 1}`

function Canvas({ times, series, valueText, isStacked = false }: PictureProps) {
  const theme = useContext(ThemeContext)
  const place = useRef<HTMLDivElement>(null)
  // Drawn anew for another theme: the colours are read from the page.
  useEffect(() => {
    const element = place.current
    if (element === null) return
    const drawn = isStacked ? stackedOf(series.map(one => one.values)) : series.map(one => [...one.values])
    const plot = new UPlot(
      optionsOf(element, series, valueText, isStacked),
      [times.map(time => Date.parse(time) / 1000), ...drawn] as UPlot.AlignedData,
      element,
    )
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }))
    resized.observe(element)
    return () => {
      resized.disconnect()
      plot.destroy()
    }
  }, [times, series, valueText, isStacked, theme])
  return <div class="picture" ref={place} aria-hidden="true" />
}

function optionsOf(
  element: HTMLElement,
  series: readonly PictureSeries[],
  valueText: (value: number) => string,
  isStacked: boolean,
): UPlot.Options {
  const [text, line] = [colourIn(element, '--quiet'), colourIn(element, '--line')]
  const axis = { stroke: text, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } }
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_, __, max) => [0, max > 0 ? max * 1.05 : 1] } },
    axes: [axis, { ...axis, size: 80, values: (_, splits) => splits.map(valueText) }],
    series: [
      {},
      ...series.map((one, at) => {
        const stroke = colourIn(element, colourOf(at))
        return { label: one.title, stroke, width: 2, ...(isStacked && at === 0 && { fill: shade(stroke) }) }
      }),
    ],
    ...(isStacked && {
      bands: series.slice(1).map(
        (_, at): UPlot.Band => ({
          series: [at + 2, at + 1],
          fill: shade(colourIn(element, colourOf(at + 1))),
        }),
      ),
    }),
  }
}

/** As the browser works it out for the theme that is on: a canvas knows no custom properties. */
function colourIn(element: HTMLElement, property: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${property})`
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

const shade = (colour: string): string => colour.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.25)')
