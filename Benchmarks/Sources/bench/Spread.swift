/// The median, minimum and maximum of repeated measurements.
struct Spread {
  let median: Double, least: Double, most: Double

  /// Returns `nil` if `values` is empty.
  init?(_ values: [Double]) {
    let values = values.sorted()
    guard let least = values.first, let most = values.last else { return nil }
    (self.least, self.most) = (least, most)
    let middle = values.count / 2
    median = values.count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2
  }

  private init(_ median: Double, _ least: Double, _ most: Double) {
    (self.median, self.least, self.most) = (median, least, most)
  }

  /// Multiplies all values by `factor`, which must be positive or zero.
  func scaled(by factor: Double) -> Spread {
    Spread(median * factor, least * factor, most * factor)
  }
}
