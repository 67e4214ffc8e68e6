/// One step of a network: four verbs, which are all that training needs, the gradient penalty
/// included, and a fifth for layers that are curved.
///
/// | verb       | maps          | used by                                                        |
/// |------------|---------------|----------------------------------------------------------------|
/// | forward    | x → y         | everything                                                     |
/// | backward   | dy → dx       | both networks, and the inner gradient of the penalty           |
/// | accumulate | (x, dy) → dW  | both networks                                                  |
/// | tangent    | u → v         | the outer gradient: the derivative of forward in direction u   |
/// | curvature  | (u, dy) → dx  | the outer gradient: the derivative of ⟨dy, tangent u⟩ by x     |
///
/// x is inputs × batch, y is outputs × batch. A layer is a small value that owns no memory: its
/// parameters lie in `ParameterStore`, activations in `Activations`. Each verb may be called on any range
/// of columns, and gives the same bits for any cutting.
protocol Layer: Sendable {
  /// The shape of a sample, in and out. It lies as [height][width][channels]; a vector is an image
  /// of one position.
  var input: ImageShape { get }
  var output: ImageShape { get }
  /// What is trained, in PyTorch's names, shapes and order; empty for an activation function.
  var parameters: [Parameter] { get }
  /// Numbers that `derive` makes.
  var preparedCount: Int { get }
  /// Rows of notes that forward leaves for the other verbs, of as many columns as y.
  var savedRows: Int { get }
  /// The random mask that is drawn into the saved rows before forward.
  var mask: DropoutMask? { get }
  /// Whether x and y may be one block, as may dy and dx, or u and v.
  var worksInPlace: Bool { get }
  /// What the derivative needs to know of y.
  var readsOutput: OutputDependency { get }
  /// What of x is still known when y has been written over it.
  var preserves: OutputDependency { get }
  /// Whether the derivative depends on x even where it is smooth, so that the penalty has a term by
  /// `curvature`.
  var hasSecondOrderTerm: Bool { get }

  /// Makes the derived numbers from the parameters: this share of them.
  func prepareWeights<S: Scalar>(_ parameters: LayerParameters<S>, slice: WorkerSlice)

  /// y = f(x).
  func forward<S: Scalar>(
    _ x: MatrixView<S>, _ parameters: LayerParameters<S>, saved: MatrixView<S>,
    into y: MatrixView<S>)

  /// dx = (∂y/∂x)ᵀ dy, where y is what forward gave.
  func vjp<S: Scalar>(
    _ dy: MatrixView<S>, output y: MatrixView<S>, saved: MatrixView<S>,
    _ parameters: LayerParameters<S>, into dx: MatrixView<S>)

  /// v = (∂y/∂x) u, where y is what forward gave.
  func jvp<S: Scalar>(
    _ u: MatrixView<S>, output y: MatrixView<S>, saved: MatrixView<S>,
    _ parameters: LayerParameters<S>, into v: MatrixView<S>)

  /// dx += ∂/∂x ⟨dy, (∂y/∂x) u⟩.
  func addSecondOrderTerm<S: Scalar>(
    _ u: MatrixView<S>, _ dy: MatrixView<S>, output y: MatrixView<S>, saved: MatrixView<S>,
    into dx: MatrixView<S>)

  /// gradient = (∂y/∂W)ᵀ dy, or added to it, for a share of every parameter's first dimension.
  /// `input` says whether x is a value, which a bias joins, or a tangent, which it does not.
  func weightGradient<S: Scalar>(
    _ x: MatrixView<S>, _ input: WeightGradientInput, _ dy: MatrixView<S>, slice: WorkerSlice,
    adding: Bool,
    into gradient: LayerParameters<S>)
}

/// What stands in the place of x in `accumulate`.
package enum WeightGradientInput {
  /// The layer's input: y = W·x + b, so the bias takes part.
  case value
  /// A tangent of it: v = W·u, so the bias does not.
  case tangent
}

/// How much of a layer's output matters, or is left.
enum OutputDependency: Int, Comparable {
  case nothing, sign, value

  static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

extension Layer {
  var parameters: [Parameter] { [] }
  var preparedCount: Int { 0 }
  var savedRows: Int { 0 }
  var mask: DropoutMask? { nil }
  var worksInPlace: Bool { false }
  var readsOutput: OutputDependency { .nothing }
  var preserves: OutputDependency { .nothing }
  var hasSecondOrderTerm: Bool { false }

  func prepareWeights<S: Scalar>(_: LayerParameters<S>, slice _: WorkerSlice) {}

  func addSecondOrderTerm<S: Scalar>(
    _: MatrixView<S>, _: MatrixView<S>, output _: MatrixView<S>, saved _: MatrixView<S>,
    into _: MatrixView<S>
  ) {}

  func weightGradient<S: Scalar>(
    _: MatrixView<S>, _: WeightGradientInput, _: MatrixView<S>, slice _: WorkerSlice,
    adding _: Bool,
    into _: LayerParameters<S>
  ) {}
}

/// A layer without parameters that is linear, or linear around each point, and works in place: the
/// same derivative serves backward and tangent.
protocol PointwiseLayer: Layer {
  var shape: ImageShape { get }
  func apply<S: Scalar>(_ x: MatrixView<S>, saved: MatrixView<S>)
  func multiplyByDerivative<S: Scalar>(
    _ d: MatrixView<S>, output y: MatrixView<S>, saved: MatrixView<S>)
}

extension PointwiseLayer {
  var input: ImageShape { shape }
  var output: ImageShape { shape }
  var worksInPlace: Bool { true }

  func forward<S: Scalar>(
    _ x: MatrixView<S>, _: LayerParameters<S>, saved: MatrixView<S>, into y: MatrixView<S>
  ) {
    y.copy(x)
    apply(y, saved: saved)
  }

  func vjp<S: Scalar>(
    _ dy: MatrixView<S>, output y: MatrixView<S>, saved: MatrixView<S>, _: LayerParameters<S>,
    into dx: MatrixView<S>
  ) {
    dx.copy(dy)
    multiplyByDerivative(dx, output: y, saved: saved)
  }

  func jvp<S: Scalar>(
    _ u: MatrixView<S>, output y: MatrixView<S>, saved: MatrixView<S>, _: LayerParameters<S>,
    into v: MatrixView<S>
  ) {
    v.copy(u)
    multiplyByDerivative(v, output: y, saved: saved)
  }
}
