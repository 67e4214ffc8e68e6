import TensorIO

/// What the numbers of a tensor are like; their order plays no part but in the last bits of the mean.
struct TensorStatistics {
  /// Of the numbers that are finite; `nil` where there are none.
  private(set) var minimum: Double?, maximum: Double?, mean: Double?
  private(set) var nanCount = 0, infiniteCount = 0
  /// How often each integer occurs, where there are few different ones.
  private(set) var counts: [Int: Int]?

  /// No more different numbers are counted.
  private static let mostCounts = 1000

  init(_ entry: TensorEntry, in file: TensorFile) {
    guard let bytes = file.bytes(of: entry.name) else { return }
    withExtendedLifetime(file) {
      switch entry.type {
      case .u8: summarize(bytes: bytes)
      case .f32: summarize(floats: bytes.bindMemory(to: Float.self))
      case .i64: summarize(integers: bytes.bindMemory(to: Int64.self))
      }
    }
  }

  private mutating func summarize(bytes: UnsafeRawBufferPointer) {
    var histogram = [Int](repeating: 0, count: 256)
    for byte in bytes { histogram[Int(byte)] += 1 }
    let counts = histogram.enumerated().filter { $0.element > 0 }
    summarize(
      sum: counts.reduce(0) { $0 + Double($1.offset * $1.element) }, of: bytes.count,
      from: counts.first.map { Double($0.offset) }, to: counts.last.map { Double($0.offset) })
    self.counts = Dictionary(uniqueKeysWithValues: counts.map { ($0.offset, $0.element) })
  }

  private mutating func summarize(floats: UnsafeBufferPointer<Float>) {
    var (least, most, sum, count) = (Float.infinity, -Float.infinity, 0.0, 0)
    for number in floats {
      if number.isFinite {
        least = min(least, number)
        most = max(most, number)
        sum += Double(number)
        count += 1
      } else if number.isNaN {
        nanCount += 1
      } else {
        infiniteCount += 1
      }
    }
    summarize(sum: sum, of: count, from: Double(least), to: Double(most))
  }

  private mutating func summarize(integers: UnsafeBufferPointer<Int64>) {
    var counts: [Int: Int] = [:]
    var sum = 0.0
    for number in integers {
      sum += Double(number)
      if counts.count <= Self.mostCounts { counts[Int(number), default: 0] += 1 }
    }
    summarize(
      sum: sum, of: integers.count, from: integers.min().map { Double($0) },
      to: integers.max().map { Double($0) })
    self.counts = counts.count <= Self.mostCounts ? counts : nil
  }

  private mutating func summarize(sum: Double, of count: Int, from least: Double?, to most: Double?)
  {
    guard count > 0 else { return }
    (minimum, maximum, mean) = (least, most, sum / Double(count))
  }
}
