// What the tests of the kernels share: the functions of CKernels.h as values, so that one test
// serves both element types; matrices with a gap between rows; and equality of bits.
import CKernels

typealias Pointer<T> = UnsafePointer<T>?
typealias MutablePointer<T> = UnsafeMutablePointer<T>?

/// The kernels for one element type.
struct Kernels<T> {
  let product:
    (
      Int, Int, Int, Pointer<T>, Int, Int, Pointer<T>, Pointer<UInt32>, Int, Int, Pointer<T>, Bool,
      MutablePointer<T>, Int
    ) -> Void
  let leakyReLU: (Int, Int, T, MutablePointer<T>, Int) -> Void
  let leakyReLUDerivative: (Int, Int, T, Pointer<T>, Int, MutablePointer<T>, Int) -> Void
  let tanhDerivative: (Int, Int, Pointer<T>, Int, MutablePointer<T>, Int) -> Void
  let interpolate:
    (Int, Int, Pointer<T>, Pointer<T>, Int, Pointer<T>, Int, MutablePointer<T>, Int) -> Void
  let scaleColumns: (Int, Int, Pointer<T>, MutablePointer<T>, Int) -> Void
  let columnSquares: (Int, Int, Pointer<T>, Int, MutablePointer<T>) -> Void
  let addRowSums: (Int, Int, Pointer<T>, Int, MutablePointer<T>) -> Void
  let allWithin: (Int, Pointer<T>, T) -> Bool
  let gatherBytes: (Int, Int, Pointer<UInt8>, Int, Pointer<UInt32>, MutablePointer<T>, Int) -> Void
  let gatherFloats: (Int, Int, Pointer<Float>, Int, Pointer<UInt32>, MutablePointer<T>, Int) -> Void
  let adam:
    (
      Int, MutablePointer<T>, MutablePointer<T>, MutablePointer<T>, Pointer<T>, T, T, T, T, T, T, T
    ) -> Void
  let rmsprop: (Int, MutablePointer<T>, MutablePointer<T>, Pointer<T>, T, T, T, T) -> Void
  let clamp: (Int, MutablePointer<T>, T) -> Void
  let normalColumns: (Int, Int, UInt64, UInt32, UInt32, UInt32, MutablePointer<T>, Int) -> Void
  let uniforms: (Int, UInt64, UInt32, UInt32, UInt32, MutablePointer<T>) -> Void
}

/// An element type that has kernels.
protocol Element: BinaryFloatingPoint, Sendable {
  static var kernels: Kernels<Self> { get }
}

extension Float: Element {
  static var kernels: Kernels<Float> {
    Kernels(
      product: product_f32, leakyReLU: leaky_relu_f32,
      leakyReLUDerivative: leaky_relu_derivative_f32,
      tanhDerivative: hyperbolic_tangent_derivative_f32, interpolate: interpolate_f32,
      scaleColumns: scale_columns_f32, columnSquares: column_squares_f32,
      addRowSums: add_row_sums_f32, allWithin: all_within_f32, gatherBytes: gather_bytes_f32,
      gatherFloats: gather_floats_f32, adam: adam_f32, rmsprop: rmsprop_f32, clamp: clamp_f32,
      normalColumns: normal_columns_f32, uniforms: uniforms_f32)
  }
}

extension Double: Element {
  static var kernels: Kernels<Double> {
    Kernels(
      product: product_f64, leakyReLU: leaky_relu_f64,
      leakyReLUDerivative: leaky_relu_derivative_f64,
      tanhDerivative: hyperbolic_tangent_derivative_f64, interpolate: interpolate_f64,
      scaleColumns: scale_columns_f64, columnSquares: column_squares_f64,
      addRowSums: add_row_sums_f64, allWithin: all_within_f64, gatherBytes: gather_bytes_f64,
      gatherFloats: gather_floats_f64, adam: adam_f64, rmsprop: rmsprop_f64, clamp: clamp_f64,
      normalColumns: normal_columns_f64, uniforms: uniforms_f64)
  }
}

/// Both element types, as the arguments of a test.
let elements: [any Element.Type] = [Float.self, Double.self]

/// A repeatable sequence (SplitMix64, Steele, Lea, Flood 2014).
struct Sequence64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number on [−1, 1) with all its bits in use.
  mutating func real<T: Element>() -> T {
    T(Double(Int64(bitPattern: next())) * 0x1p-63)
  }
}

/// rows × columns numbers, `stride` apart, with a known value in the gaps.
struct Matrix<T: Element> {
  let rows: Int, columns: Int, stride: Int
  var numbers: [T]

  static var gap: T { 12345 }

  /// Every number is made by `value`.
  init(_ rows: Int, _ columns: Int, gap: Int, _ value: (_ row: Int, _ column: Int) -> T) {
    (self.rows, self.columns, stride) = (rows, columns, columns + gap)
    numbers = Array(repeating: Self.gap, count: rows * stride)
    for row in 0..<rows {
      for column in 0..<columns { numbers[row * stride + column] = value(row, column) }
    }
  }

  /// Random numbers on [−1, 1).
  init(_ rows: Int, _ columns: Int, gap: Int, using random: inout Sequence64) {
    self.init(rows, columns, gap: gap) { _, _ in random.real() }
  }

  subscript(row: Int, column: Int) -> T {
    get { numbers[row * stride + column] }
    set { numbers[row * stride + column] = newValue }
  }

  /// The matrix whose numbers are made from this one's, gaps kept.
  func map(_ value: (_ row: Int, _ column: Int) -> T) -> Matrix {
    Matrix(rows, columns, gap: stride - columns, value)
  }
}

/// The same bits, or NaN both.
func same<T: Element>(_ x: T, _ y: T) -> Bool {
  x == y && x.sign == y.sign || x.isNaN && y.isNaN
}

/// The same bits throughout, gaps included.
func same<T: Element>(_ x: [T], _ y: [T]) -> Bool {
  x.count == y.count && zip(x, y).allSatisfy { same($0, $1) }
}

func same<T: Element>(_ x: Matrix<T>, _ y: Matrix<T>) -> Bool { same(x.numbers, y.numbers) }

/// Numbers where a kernel may go wrong, and ordinary ones around them.
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

/// Widths around every vector length, and the ordinary ones.
let widths = Array(0...40) + [47, 48, 49, 63, 64, 65, 127, 128, 130]
