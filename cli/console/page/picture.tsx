import { useContext, useEffect, useRef } from 'preact/hooks'
import UPlot from 'uplot'
import type { PictureSeries } from './picture-series.ts'
import { stackedOf } from './stacked.ts'
import { ThemeContext } from './theme-context.ts'

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
    const areas = areasOf(element, series, isStacked)
    const seconds = times.map(time => Date.parse(time) / 1000)
    const plot = new UPlot(optionsOf(element, areas, valueText), [seconds, ...areas.map(area => area.values)], element)
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }))
    resized.observe(element)
    return () => {
      resized.disconnect()
      plot.destroy()
    }
  }, [times, series, valueText, isStacked, theme])
  return <div class="picture" ref={place} aria-hidden="true" />
}

interface Area {
  readonly values: number[]
  readonly colour: string
  readonly isFilled: boolean
}

/** The highest first, so that what it covers is drawn over it and each colour shows its own share. */
function areasOf(element: HTMLElement, series: readonly PictureSeries[], isFilled: boolean): Area[] {
  const values = series.map(one => [...one.values])
  const areas = (isFilled ? stackedOf(values) : values).map((one, at) => ({
    values: one,
    colour: colourIn(element, colourOf(at)),
    isFilled,
  }))
  return areas.toReversed()
}

/** Nothing that is counted here comes in parts. */
const wholeSteps = Array.from({ length: 16 }, (_, power) => [1, 2, 5].map(step => step * 10 ** power)).flat()

function optionsOf(element: HTMLElement, areas: readonly Area[], valueText: (value: number) => string): UPlot.Options {
  const [text, line] = [colourIn(element, '--quiet'), colourIn(element, '--line')]
  const axis = { stroke: text, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } }
  const dayText = (seconds: number) => new Date(seconds * 1000).toISOString().slice(5, 10)
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_, __, max) => [0, max > 0 ? max * 1.05 : 1] } },
    axes: [
      { ...axis, values: (_, splits) => splits.map(dayText) },
      { ...axis, size: 80, incrs: wholeSteps, values: (_, splits) => splits.map(valueText) },
    ],
    series: [
      {},
      ...areas.map(({ colour, isFilled }) => ({
        stroke: colour,
        width: isFilled ? 0 : 2,
        ...(isFilled && { fill: colour }),
        points: { show: false },
      })),
    ],
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
