// What the tests of the kernels share: the functions of CKernels.h as values, so that one test
// serves both element types; matrices with a gap between rows; and equality of bits.
import CKernels
import Testing

typealias Pointer<T> = UnsafePointer<T>?
typealias MutablePointer<T> = UnsafeMutablePointer<T>?

/// The kernels for one element type.
struct Kernels<T> {
  let product:
    (
      Int, Int, Int, Pointer<T>, Int, Int, Pointer<T>, Pointer<UInt32>, Int, Int, Pointer<T>, Bool,
      MutablePointer<T>, Int
    ) -> Void
  let winograd:
    (
      winograd_matrix, winograd_matrix, Bool, Int, Int, Pointer<T>, Pointer<Int32>, Int, Int,
      Pointer<T>, Int, Int, MutablePointer<T>, Pointer<Int32>, Int, Int
    ) -> Void
  let leakyReLU: (Int, Int, T, MutablePointer<T>, Int) -> Void
  let leakyReLUDerivative: (Int, Int, T, Pointer<T>, Int, MutablePointer<T>, Int) -> Void
  let sigmoid: (Int, Int, MutablePointer<T>, Int) -> Void
  let multiplyBySlope: (Int, Int, T, T, Pointer<T>, Int, MutablePointer<T>, Int) -> Void
  let addCurvature:
    (
      Int, Int, T, T, Pointer<T>, Int, Pointer<T>, Int, Pointer<T>, Int, MutablePointer<T>, Int
    ) -> Void
  let interpolate:
    (Int, Int, Pointer<T>, Pointer<T>, Int, Pointer<T>, Int, MutablePointer<T>, Int) -> Void
  let scaleColumns: (Int, Int, Pointer<T>, MutablePointer<T>, Int) -> Void
  let columnSquares: (Int, Int, Pointer<T>, Int, MutablePointer<T>) -> Void
  let addRowSums: (Int, Int, Pointer<T>, Int, MutablePointer<T>) -> Void
  let blockSum: (Int, Int, Pointer<T>, Int) -> Double
  let blockSquareDeviation: (Int, Int, T, Pointer<T>, Int) -> Double
  let blockDot: (Int, Int, T, Pointer<T>, Int, Pointer<T>, Int) -> Double
  let columnSums: (Int, Int, Pointer<T>, Int, MutablePointer<Double>) -> Void
  let columnDots: (Int, Int, Pointer<T>, Int, Pointer<T>, Int, MutablePointer<Double>) -> Void
  let columnSquareDeviations:
    (Int, Int, Pointer<T>, Pointer<T>, Int, MutablePointer<Double>) -> Void
  let batchNormalize: (Int, Int, T, T, T, T, Pointer<T>, Int, MutablePointer<T>, Int) -> Void
  let batchNormalizeBackward:
    (Int, Int, T, T, T, T, T, Pointer<T>, Int, Pointer<T>, Int, MutablePointer<T>, Int) -> Void
  let scaleRows:
    (Int, Int, Int, Pointer<T>, Pointer<T>, Pointer<T>, Int, MutablePointer<T>, Int) -> Void
  let affineColumns:
    (Int, Int, Pointer<T>, Pointer<T>, Pointer<T>, Int, MutablePointer<T>, Int) -> Void
  let combineColumns:
    (
      Int, Int, Pointer<T>, Pointer<T>, Pointer<T>, Pointer<T>, Int, Pointer<T>, Int,
      MutablePointer<T>, Int
    ) -> Void
  let addCombinedColumns:
    (
      Int, Int, Pointer<T>, Pointer<T>, Pointer<T>, Pointer<T>, Pointer<T>, Int, Pointer<T>, Int,
      Pointer<T>, Int, MutablePointer<T>, Int
    ) -> Void
  let addScaled: (Int, Int, T, Pointer<T>, Int, MutablePointer<T>, Int) -> Void
  let dropoutMask:
    (Int, Int, UInt32, UInt64, UInt32, UInt32, UInt32, MutablePointer<T>, Int) -> Void
  let applyMask: (Int, Int, T, Pointer<T>, Int, MutablePointer<T>, Int) -> Void
  let allWithin: (Int, Pointer<T>, T) -> Bool
  let gatherBytes: (Int, Int, Pointer<UInt8>, Int, Pointer<UInt32>, MutablePointer<T>, Int) -> Void
  let gatherFloats: (Int, Int, Pointer<Float>, Int, Pointer<UInt32>, MutablePointer<T>, Int) -> Void
  let transpose: (Int, Int, Pointer<T>, Int, MutablePointer<T>, Int) -> Void
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
  /// The number with these bits, as many as it has.
  init(word: UInt64)
  /// The number's bits.
  var word: UInt64 { get }
}

extension Float: Element {
  init(word: UInt64) { self.init(bitPattern: UInt32(truncatingIfNeeded: word)) }
  var word: UInt64 { UInt64(bitPattern) }
  static var kernels: Kernels<Float> {
    Kernels(
      product: product_f32, winograd: winograd_f32, leakyReLU: leaky_relu_f32,
      leakyReLUDerivative: leaky_relu_derivative_f32,
      sigmoid: sigmoid_f32, multiplyBySlope: multiply_by_slope_f32,
      addCurvature: add_curvature_f32,
      interpolate: interpolate_f32, scaleColumns: scale_columns_f32,
      columnSquares: column_squares_f32, addRowSums: add_row_sums_f32, blockSum: block_sum_f32,
      blockSquareDeviation: block_square_deviation_f32, blockDot: block_dot_f32,
      columnSums: column_sums_f32, columnDots: column_dots_f32,
      columnSquareDeviations: column_square_deviations_f32,
      batchNormalize: batch_normalize_f32,
      batchNormalizeBackward: batch_normalize_backward_f32, scaleRows: scale_rows_f32,
      affineColumns: affine_columns_f32, combineColumns: combine_columns_f32,
      addCombinedColumns: add_combined_columns_f32, addScaled: add_scaled_f32,
      dropoutMask: dropout_mask_f32, applyMask: apply_mask_f32, allWithin: all_within_f32,
      gatherBytes: gather_bytes_f32,
      gatherFloats: gather_floats_f32, transpose: transpose_f32, adam: adam_f32,
      rmsprop: rmsprop_f32, clamp: clamp_f32,
      normalColumns: normal_columns_f32, uniforms: uniforms_f32)
  }
}

extension Double: Element {
  init(word: UInt64) { self.init(bitPattern: word) }
  var word: UInt64 { bitPattern }
  static var kernels: Kernels<Double> {
    Kernels(
      product: product_f64, winograd: winograd_f64, leakyReLU: leaky_relu_f64,
      leakyReLUDerivative: leaky_relu_derivative_f64,
      sigmoid: sigmoid_f64, multiplyBySlope: multiply_by_slope_f64,
      addCurvature: add_curvature_f64,
      interpolate: interpolate_f64, scaleColumns: scale_columns_f64,
      columnSquares: column_squares_f64, addRowSums: add_row_sums_f64, blockSum: block_sum_f64,
      blockSquareDeviation: block_square_deviation_f64, blockDot: block_dot_f64,
      columnSums: column_sums_f64, columnDots: column_dots_f64,
      columnSquareDeviations: column_square_deviations_f64,
      batchNormalize: batch_normalize_f64,
      batchNormalizeBackward: batch_normalize_backward_f64, scaleRows: scale_rows_f64,
      affineColumns: affine_columns_f64, combineColumns: combine_columns_f64,
      addCombinedColumns: add_combined_columns_f64, addScaled: add_scaled_f64,
      dropoutMask: dropout_mask_f64, applyMask: apply_mask_f64, allWithin: all_within_f64,
      gatherBytes: gather_bytes_f64,
      gatherFloats: gather_floats_f64, transpose: transpose_f64, adam: adam_f64,
      rmsprop: rmsprop_f64, clamp: clamp_f64,
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

/// Where a kernel finds an operand: its first element, and from one row to the next.
struct Operand<T> {
  let base: UnsafeMutablePointer<T>
  let stride: Int
}

/// Expects of a kernel that each element of its output is `formula` of the elements in the same
/// place: of its inputs, and of the output before. That holds for every width, with gaps between
/// rows and a stride for each operand; when a block is cut into two; and when the output is one of
/// the inputs `over`. A kernel is given the columns that it makes, and operands that begin there.
func expectElementwise<T: Element>(
  rows: Int = 3, inputs count: Int, over: [Int] = [],
  kernel: (_ rows: Int, _ columns: Range<Int>, _ inputs: [Operand<T>], _ out: Operand<T>) -> Void,
  formula: (_ row: Int, _ column: Int, _ inputs: [T], _ out: T) -> T,
  at location: SourceLocation = #_sourceLocation
) {
  var random = Sequence64(state: 1)
  for columns in widths {
    let operands = (0...count).map { operand in
      let numbers: [T] = awkward(rows * columns, using: &random)
      return Matrix<T>(rows, columns, gap: operand + 1) { numbers[$0 * columns + $1] }
    }
    let cut = Int.random(in: 0...columns, using: &random)
    for place in [count] + over {
      let expected = operands[place].map { row, column in
        formula(
          row, column, operands.prefix(count).map { $0[row, column] }, operands[place][row, column])
      }
      for pieces in [[0..<columns], [0..<cut, cut..<columns]] {
        let memory = operands.map { matrix in
          let base = UnsafeMutablePointer<T>.allocate(capacity: matrix.numbers.count)
          base.initialize(from: matrix.numbers, count: matrix.numbers.count)
          return Operand(base: base, stride: matrix.stride)
        }
        defer { for operand in memory { operand.base.deallocate() } }
        for piece in pieces {
          let begun = memory.map {
            Operand(base: $0.base + piece.lowerBound, stride: $0.stride)
          }
          kernel(rows, piece, Array(begun.prefix(count)), begun[place])
        }
        for (operand, (memory, before)) in zip(memory, operands).enumerated() {
          let after = Array(UnsafeBufferPointer(start: memory.base, count: before.numbers.count))
          let wanted = operand == place ? expected : before
          #expect(
            same(after, wanted.numbers), "operand \(operand), output \(place), pieces \(pieces)",
            sourceLocation: location)
        }
      }
    }
  }
}

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
