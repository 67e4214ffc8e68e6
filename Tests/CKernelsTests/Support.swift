// What the tests of the kernels share: both element types, matrices with gaps between rows, and
// equality of bits.
import CKernels
import Testing

/// An element type that has kernels.
protocol Element: BinaryFloatingPoint, Sendable {
  static var kernels: kernel_table { get }
  /// The number with these bits; surplus high bits are ignored.
  init(word: UInt64)
  /// The bits of the number.
  var word: UInt64 { get }
}

extension Float: Element {
  static var kernels: kernel_table { kernels_f32().pointee }
  init(word: UInt64) { self.init(bitPattern: UInt32(truncatingIfNeeded: word)) }
  var word: UInt64 { UInt64(bitPattern) }
}

extension Double: Element {
  static var kernels: kernel_table { kernels_f64().pointee }
  init(word: UInt64) { self.init(bitPattern: word) }
  var word: UInt64 { bitPattern }
}

/// Both element types, as the arguments of a test.
let elements: [any Element.Type] = [Float.self, Double.self]

/// A repeatable sequence (SplitMix64; Steele, Lea, Flood 2014).
struct Sequence64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in [−1, 1) that uses all of its bits.
  mutating func real<T: Element>() -> T {
    T(Double(Int64(bitPattern: next())) * 0x1p-63)
  }

  /// `count` numbers in [−1, 1).
  mutating func reals<T: Element>(_ count: Int) -> [T] { (0..<count).map { _ in real() } }
}

/// rows × columns numbers, `stride` apart, with a known value in the gaps.
struct Matrix<T: Element> {
  let rows: Int, columns: Int, stride: Int
  var numbers: [T]

  static var gap: T { 12345 }

  /// A matrix with the number `value` gives for each row and column.
  init(_ rows: Int, _ columns: Int, gap: Int, _ value: (_ row: Int, _ column: Int) -> T) {
    (self.rows, self.columns, stride) = (rows, columns, columns + gap)
    numbers = Array(repeating: Self.gap, count: rows * stride)
    for row in 0..<rows {
      for column in 0..<columns { numbers[row * stride + column] = value(row, column) }
    }
  }

  /// Random numbers in [−1, 1).
  init(_ rows: Int, _ columns: Int, gap: Int, using random: inout Sequence64) {
    self.init(rows, columns, gap: gap) { _, _ in random.real() }
  }

  subscript(row: Int, column: Int) -> T {
    get { numbers[row * stride + column] }
    set { numbers[row * stride + column] = newValue }
  }

  /// The matrix of the numbers that `value` gives, with the same gaps.
  func map(_ value: (_ row: Int, _ column: Int) -> T) -> Matrix {
    Matrix(rows, columns, gap: stride - columns, value)
  }

  /// Calls a kernel with some columns (all by default) as an input.
  func withView<R>(_ range: Range<Int>? = nil, _ body: (UnsafePointer<input_matrix>) -> R) -> R {
    let range = range ?? 0..<columns
    return numbers.withView { view in
      var matrix = input_matrix(
        base: view.base(as: T.self) + range.lowerBound, rows: rows, columns: range.count,
        stride: stride)
      return body(&matrix)
    }
  }

  /// Calls a kernel with some columns (all by default) as an output.
  mutating func withMutableView<R>(
    _ range: Range<Int>? = nil, _ body: (UnsafePointer<output_matrix>) -> R
  ) -> R {
    let (range, rows, stride) = (range ?? 0..<columns, rows, stride)
    return numbers.withMutableView { view in
      var matrix = output_matrix(
        base: view.base.assumingMemoryBound(to: T.self) + range.lowerBound, rows: rows,
        columns: range.count, stride: stride)
      return body(&matrix)
    }
  }
}

extension input_buffer {
  func base<T>(as _: T.Type) -> UnsafePointer<T> {
    guard let base else { preconditionFailure("a view of nothing") }
    return base.assumingMemoryBound(to: T.self)
  }
}

extension Array {
  /// Calls a kernel with some elements (all by default) as an input.
  func withView<R>(_ range: Range<Int>? = nil, _ body: (input_buffer) -> R) -> R {
    let range = range ?? 0..<count
    return withUnsafeBufferPointer {
      let base = $0.baseAddress ?? UnsafePointer(nowhere())
      return body(input_buffer(base: base + range.lowerBound, count: range.count))
    }
  }

  /// Calls a kernel with the elements as an output.
  mutating func withMutableView<R>(_ body: (output_buffer) -> R) -> R {
    withUnsafeMutableBufferPointer {
      body(output_buffer(base: $0.baseAddress ?? nowhere(), count: $0.count))
    }
  }
}

/// The base of an empty array.
func nowhere<T>() -> UnsafeMutablePointer<T> {
  guard let base = UnsafeMutablePointer<T>(bitPattern: 64) else { preconditionFailure("64 is 0") }
  return base
}

/// True for the same bits, and for two NaNs.
func same<T: Element>(_ x: T, _ y: T) -> Bool {
  x == y && x.sign == y.sign || x.isNaN && y.isNaN
}

/// True for the same bits in all elements.
func same<T: Element>(_ x: [T], _ y: [T]) -> Bool {
  x.count == y.count && zip(x, y).allSatisfy { same($0, $1) }
}

/// True for the same bits in all elements, including the gaps.
func same<T: Element>(_ x: Matrix<T>, _ y: Matrix<T>) -> Bool { same(x.numbers, y.numbers) }

/// Numbers at which a kernel may fail, among ordinary ones.
func awkward<T: Element>(_ count: Int, using random: inout Sequence64) -> [T] {
  let special: [T] = [
    0, -0.0, 1, -1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
    .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
  ]
  return (0..<count).map { _ in
    Int.random(in: 0..<4, using: &random) == 0
      ? special.randomElement(using: &random) ?? 0 : 4 * random.real()
  }
}

/// Widths around every vector length, and common ones.
let widths = Array(0...40) + [47, 48, 49, 63, 64, 65, 127, 128, 130]
