/** Each series on top of those before it, so that the last one's line is the sum; a gap counts as nothing. */
export function stackedOf(series: readonly (readonly number[])[]): number[][] {
  const sums: number[] = []
  return series.map(values =>
    values.map((value, at) => {
      const sum = (sums[at] ?? 0) + (Number.isFinite(value) ? value : 0)
      sums[at] = sum
      return sum
    }),
  )
}
