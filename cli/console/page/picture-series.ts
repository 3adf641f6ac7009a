export interface PictureSeries {
  readonly title: string
  /** One for each time of the picture. */
  readonly values: readonly number[]
}
