import CKernels

/// The number that a network computes with: `Float` in training, `Double` where a test compares a
/// gradient with finite differences. Both run the very same Swift code over the same C kernels,
/// so what the tests prove in `Double` is what trains in `Float`.
///
/// The requirements are the kernels of `CKernels.h`, which defines each one; here they only get
/// types: a `Block` brings its pointer, rows, columns and stride.
protocol Scalar: BinaryFloatingPoint, LosslessStringConvertible, Sendable {
  /// c = start + a·b, where start is c itself (`adding`), or the bias of each row, or 0.
  /// `aRow` and `aColumn` are the strides of a.
  static func product(
    _ a: UnsafePointer<Self>, _ aRow: Int, _ aColumn: Int, _ b: MatrixOperand<Self>,
    bias: UnsafePointer<Self>?, adding: Bool, into c: Block<Self>)
  /// y = M·x·Mᵀ, of a matrix of Winograd's or its transpose, plus the bias of each row, and plus y
  /// itself in its first rows and columns: for `rows` × `columns` squares of numbers.
  static func winograd(
    _ matrix: winograd_matrix, transposed: Bool, rows: Int, columns: Int, _ x: Patch<Self>,
    bias: UnsafePointer<Self>?, adding: (rows: Int, columns: Int), into y: Patch<Self>)
  /// x = x > 0 ? x : slope·x.
  static func leakyReLU(_ x: Block<Self>, slope: Self)
  /// d = y > 0 ? d : slope·d.
  static func leakyReLUDerivative(_ d: Block<Self>, output y: Block<Self>, slope: Self)
  /// x = tanh x.
  static func hyperbolicTangent(_ x: Block<Self>)
  /// x = 1 / (1 + e⁻ˣ).
  static func sigmoid(_ x: Block<Self>)
  /// d = d·(γ + y·(δ − y)): the derivative of tanh, with 1 and 0, or of the sigmoid, with 0 and 1.
  static func multiplyBySlope(_ d: Block<Self>, _ gamma: Self, _ delta: Self, output y: Block<Self>)
  /// out += (δ − 2·y)·(γ + y·(δ − y))·d·u: the second derivative of the same, between d and u.
  static func addCurvature(
    _ gamma: Self, _ delta: Self, output y: Block<Self>, _ d: Block<Self>, _ u: Block<Self>,
    into out: Block<Self>)
  /// out = b + t[column]·(a − b).
  static func interpolate(
    _ a: Block<Self>, _ b: Block<Self>, _ t: UnsafePointer<Self>, into out: Block<Self>)
  /// out[column] = Σ over rows of x².
  static func columnSquares(_ x: Block<Self>, into out: UnsafeMutablePointer<Self>)
  /// x = x·s[column].
  static func scaleColumns(_ x: Block<Self>, by s: UnsafePointer<Self>)
  /// out[row] += Σ over columns of x.
  static func addRowSums(_ x: Block<Self>, into out: UnsafeMutablePointer<Self>)
  /// Σ x, in double over the rows.
  static func blockSum(_ x: Block<Self>) -> Double
  /// Σ (x − center)², in double over the rows.
  static func blockSquareDeviation(_ x: Block<Self>, from center: Self) -> Double
  /// Σ (x − center)·y, in double over the rows.
  static func blockDot(_ x: Block<Self>, from center: Self, _ y: Block<Self>) -> Double
  /// out[column] = Σ over rows of x, in double.
  static func columnSums(_ x: Block<Self>, into out: UnsafeMutablePointer<Double>)
  /// out[column] = Σ over rows of x·y, in double.
  static func columnDots(
    _ x: Block<Self>, _ y: Block<Self>, into out: UnsafeMutablePointer<Double>)
  /// out[column] = Σ over rows of (x − center[column])², in double.
  static func columnSquareDeviations(
    _ x: Block<Self>, from center: UnsafePointer<Self>, into out: UnsafeMutablePointer<Double>)
  /// y = ((x − mean)·scale)·gamma + beta. `y` may be x.
  static func batchNormalize(
    _ x: Block<Self>, mean: Self, scale: Self, gamma: Self, beta: Self, into y: Block<Self>)
  /// dx = a·(dy − b − ((x − mean)·scale)·c). `dx` may be dy.
  static func batchNormalizeBackward(
    _ x: Block<Self>, mean: Self, scale: Self, _ dy: Block<Self>, a: Self, b: Self, c: Self,
    into dx: Block<Self>)
  /// y = x·scale[row mod period] + shift[row mod period], or the product alone. `y` may be x.
  static func scaleRows(
    _ x: Block<Self>, by scale: UnsafePointer<Self>, shift: UnsafePointer<Self>?, period: Int,
    into y: Block<Self>)
  /// y = (x − shift[column])·scale[column]. `y` may be x.
  static func affineColumns(
    _ x: Block<Self>, shift: UnsafePointer<Self>, scale: UnsafePointer<Self>, into y: Block<Self>)
  /// out = k0[column] + k1[column]·a + k2[column]·b. `out` may be a or b.
  static func combineColumns(
    _ k0: UnsafePointer<Self>, _ k1: UnsafePointer<Self>, _ a: Block<Self>,
    _ k2: UnsafePointer<Self>, _ b: Block<Self>, into out: Block<Self>)
  /// out += k0[column] + k1[column]·a + k2[column]·b + k3[column]·c.
  static func addCombinedColumns(
    _ k0: UnsafePointer<Self>, _ k1: UnsafePointer<Self>, _ a: Block<Self>,
    _ k2: UnsafePointer<Self>, _ b: Block<Self>, _ k3: UnsafePointer<Self>, _ c: Block<Self>,
    into out: Block<Self>)
  /// y += s·x.
  static func addScaled(_ x: Block<Self>, by s: Self, to y: Block<Self>)
  /// out[pixel][j] = (2·image[indices[j]][pixel] − 255) / 255, of images of `size` numbers.
  static func gather(
    _ images: UnsafePointer<UInt8>, size: Int, _ indices: UnsafePointer<UInt32>,
    into out: Block<Self>)
  /// out[pixel][j] = image[indices[j]][pixel], of images of `size` numbers.
  static func gather(
    _ images: UnsafePointer<Float>, size: Int, _ indices: UnsafePointer<UInt32>,
    into out: Block<Self>)
  /// Standard normal variates; column j is sample `first + j` of (key, stream, step).
  static func fillNormal(
    _ out: Block<Self>, key: UInt64, stream: UInt32, step: UInt32, first: UInt32)
  /// Uniform variates on [0, 1); element j is number `first + j` of (key, stream, step).
  static func fillUniform(
    _ out: UnsafeMutablePointer<Self>, count: Int, key: UInt64, stream: UInt32, step: UInt32,
    first: UInt32)
  /// The mask of `features` rows: a bit each, 1 where a random word is at least `threshold`; row
  /// r / 32 of `mask` has those of row r. Column j is sample `first + j` of (key, stream, step).
  static func fillDropoutMask(
    _ mask: Block<Self>, features: Int, threshold: UInt32, key: UInt64, stream: UInt32,
    step: UInt32, first: UInt32)
  /// x = x·scale where the mask has a 1, and 0 where it has a 0.
  static func applyMask(_ mask: Block<Self>, scale: Self, to x: Block<Self>)
  /// One Adam update of `count` parameters.
  static func adam(
    _ p: UnsafeMutablePointer<Self>, _ m: UnsafeMutablePointer<Self>,
    _ v: UnsafeMutablePointer<Self>, _ g: UnsafePointer<Self>, count: Int, _ c: AdamConstants<Self>)
  /// One RMSProp update of `count` parameters.
  static func rmsprop(
    _ p: UnsafeMutablePointer<Self>, _ v: UnsafeMutablePointer<Self>, _ g: UnsafePointer<Self>,
    count: Int, _ c: RMSPropConstants<Self>)
  /// p = min(max(p, −bound), bound).
  static func clamp(_ p: UnsafeMutablePointer<Self>, count: Int, bound: Self)
  /// y = xᵀ.
  static func transpose(_ x: Block<Self>, into y: Block<Self>)
  /// Whether |x| ≤ bound for every number; a NaN is beyond any bound.
  static func allWithin(_ x: UnsafePointer<Self>, count: Int, bound: Self) -> Bool
}

/// The numbers of an RMSProp step. One minus α is rounded once, from double, as PyTorch does.
struct RMSPropConstants<S: Scalar>: Sendable {
  var alpha: S, oneMinusAlpha: S, rate: S, epsilon: S
}

/// The numbers of one Adam step that all parameters share.
struct AdamConstants<S: Scalar>: Sendable {
  var beta1: S, oneMinusBeta1: S, beta2: S, oneMinusBeta2: S
  /// The learning rate over 1 − β₁ᵗ.
  var rate: S
  /// 1 / √(1 − β₂ᵗ).
  var root: S
  var epsilon: S
}

/// The right-hand matrix of a product, k × n: a block or the transpose of one.
///
/// With an `index` it is some of the block's rows, in any order: row `index[i]` from `base` on.
struct MatrixOperand<S: Scalar> {
  let base: UnsafePointer<S>
  let index: UnsafePointer<UInt32>?
  let row: Int, column: Int
  /// k, and n.
  let rows: Int, columns: Int

  /// The rows of x that an index names, counted from `base`.
  init(_ x: Block<S>, from base: UnsafePointer<S>, index: UnsafePointer<UInt32>?, count: Int) {
    (self.base, self.index, rows, columns) = (base, index, count, x.columns)
    (row, column) = (x.stride, 1)
  }

  /// The block as it is.
  init(_ block: Block<S>) {
    self.init(block, from: UnsafePointer(block.base), index: nil, count: block.rows)
  }

  /// The transpose: its rows, of which there are k, are the samples.
  var transposed: MatrixOperand {
    MatrixOperand(
      base: base, index: index, row: column, column: row, rows: columns, columns: rows)
  }

  private init(
    base: UnsafePointer<S>, index: UnsafePointer<UInt32>?, row: Int, column: Int, rows: Int,
    columns: Int
  ) {
    (self.base, self.index, self.row, self.column) = (base, index, row, column)
    (self.rows, self.columns) = (rows, columns)
  }
}

/// A block of rows at each of several places, which are `unit` numbers apart.
struct Patch<S: Scalar> {
  let base: UnsafeMutablePointer<S>
  /// In units from `base`; a negative one is nowhere.
  let places: [Int32]
  let unit: Int
  /// From one row of a place to the next.
  let stride: Int
}

extension Patch {
  /// Rows of `block`, the first of them `first` rows after each place.
  init(_ block: Block<S>, _ places: [Int32], from first: Int = 0) {
    self.init(
      base: block.base + first * block.stride, places: places, unit: block.stride,
      stride: block.stride)
  }
}
