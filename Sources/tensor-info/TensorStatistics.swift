import TensorIO

/// Statistics of the elements of a tensor. Their order affects only the last bits of the mean.
struct TensorStatistics {
  /// An element of a tensor, without loss of precision.
  enum Number: CustomStringConvertible {
    case integer(Int64)
    /// An integer beyond the largest Int64.
    case unsigned(UInt64)
    case real(Double)

    var description: String {
      switch self {
      case .integer(let number): "\(number)"
      case .unsigned(let number): "\(number)"
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
    let name = entry.name
    switch entry.type {
    case .u8, .bool: file.withNumbers(of: name) { summarize(bytes: $0) }
    case .f16: file.withNumbers(of: name) { summarize(reals: $0) { (x: Float16) in Double(x) } }
    case .bf16:
      file.withNumbers(of: name) { summarize(reals: $0) { (x: BFloat16) in Double(x.float) } }
    case .f32: file.withNumbers(of: name) { summarize(reals: $0) { (x: Float) in Double(x) } }
    case .f64: file.withNumbers(of: name) { summarize(reals: $0) { (x: Double) in x } }
    case .i8: file.withNumbers(of: name) { summarize(integers: $0 as Span<Int8>) }
    case .i16: file.withNumbers(of: name) { summarize(integers: $0 as Span<Int16>) }
    case .u16: file.withNumbers(of: name) { summarize(integers: $0 as Span<UInt16>) }
    case .i32: file.withNumbers(of: name) { summarize(integers: $0 as Span<Int32>) }
    case .u32: file.withNumbers(of: name) { summarize(integers: $0 as Span<UInt32>) }
    case .i64: file.withNumbers(of: name) { summarize(integers: $0 as Span<Int64>) }
    case .u64: file.withNumbers(of: name) { summarize(integers: $0 as Span<UInt64>) }
    case .c64, .f8e5m2, .f8e4m3, .f8e8m0, .f8e4m3fnuz, .f8e5m2fnuz, .f6e2m3, .f6e3m2, .f4: break
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

  private mutating func summarize<Real: BitwiseCopyable>(
    reals: Span<Real>, _ value: (Real) -> Double
  ) {
    var (least, most, sum, count) = (Double.infinity, -Double.infinity, 0.0, 0)
    for index in reals.indices {
      let number = value(reals[index])
      if number.isFinite {
        least = min(least, number)
        most = max(most, number)
        sum += number
        count += 1
      } else if number.isNaN {
        nanCount += 1
      } else {
        infiniteCount += 1
      }
    }
    summarize(sum: sum, of: count, from: .real(least), to: .real(most))
  }

  private mutating func summarize<Integer: FixedWidthInteger & BitwiseCopyable>(
    integers: Span<Integer>
  ) {
    var counts: [Int: Int] = [:]
    var isCounted = true
    var (least, most, sum) = (Integer.max, Integer.min, 0.0)
    for index in integers.indices {
      let number = integers[index]
      least = min(least, number)
      most = max(most, number)
      sum += Double(number)
      if isCounted {
        if let key = Int(exactly: number) {
          counts[key, default: 0] += 1
        } else {
          isCounted = false
        }
        if counts.count > Self.maximumCounts { isCounted = false }
      }
    }
    summarize(sum: sum, of: integers.count, from: Number(least), to: Number(most))
    self.counts = isCounted ? counts : nil
  }

  private mutating func summarize(sum: Double, of count: Int, from least: Number, to most: Number) {
    guard count > 0 else { return }
    (minimum, maximum, mean) = (least, most, sum / Double(count))
  }
}

extension TensorStatistics.Number {
  fileprivate init(_ number: some FixedWidthInteger) {
    self = Int64(exactly: number).map(Self.integer) ?? .unsigned(UInt64(number))
  }
}
