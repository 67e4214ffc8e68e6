import TensorIO

/// Statistics of the elements of a tensor. Their order affects only the last bits of the mean.
struct TensorStatistics {
  /// An element of a tensor, without loss of precision.
  enum Number: CustomStringConvertible {
    case integer(Int64)
    case real(Double)

    var description: String {
      switch self {
      case .integer(let number): "\(number)"
      case .real(let number): "\(number)"
      }
    }
  }

  /// The extremes of the finite elements; nil if there are none.
  private(set) var minimum: Number?, maximum: Number?
  /// The mean of the finite elements; nil if there are none.
  private(set) var mean: Double?
  private(set) var nanCount = 0, infiniteCount = 0
  /// The number of occurrences of each integer; nil if there are too many different ones.
  private(set) var counts: [Int: Int]?

  /// The largest number of different integers that are counted.
  static let maximumCounts = 1000

  init(_ entry: TensorEntry, in file: TensorFile) {
    switch entry.type {
    case .u8: file.withNumbers(of: entry.name) { summarize(bytes: $0) }
    case .f32: file.withNumbers(of: entry.name) { summarize(floats: $0) }
    case .i64: file.withNumbers(of: entry.name) { summarize(integers: $0) }
    }
  }

  private mutating func summarize(bytes: Span<UInt8>) {
    var histogram = [Int](repeating: 0, count: 256)
    for index in bytes.indices { histogram[Int(bytes[index])] += 1 }
    let counts = histogram.enumerated().filter { $0.element > 0 }
    summarize(
      sum: counts.reduce(0) { $0 + Double($1.offset * $1.element) }, of: bytes.count,
      from: .integer(Int64(counts.first?.offset ?? 0)),
      to: .integer(Int64(counts.last?.offset ?? 0)))
    self.counts = Dictionary(uniqueKeysWithValues: counts.map { ($0.offset, $0.element) })
  }

  private mutating func summarize(floats: Span<Float>) {
    var (least, most, sum, count) = (Float.infinity, -Float.infinity, 0.0, 0)
    for index in floats.indices {
      let number = floats[index]
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
    summarize(sum: sum, of: count, from: .real(Double(least)), to: .real(Double(most)))
  }

  private mutating func summarize(integers: Span<Int64>) {
    var counts: [Int: Int] = [:]
    var (least, most, sum) = (Int64.max, Int64.min, 0.0)
    for index in integers.indices {
      let number = integers[index]
      least = min(least, number)
      most = max(most, number)
      sum += Double(number)
      if counts.count <= Self.maximumCounts { counts[Int(number), default: 0] += 1 }
    }
    summarize(
      sum: sum, of: integers.count, from: .integer(least), to: .integer(most))
    self.counts = counts.count <= Self.maximumCounts ? counts : nil
  }

  private mutating func summarize(sum: Double, of count: Int, from least: Number, to most: Number) {
    guard count > 0 else { return }
    (minimum, maximum, mean) = (least, most, sum / Double(count))
  }
}
