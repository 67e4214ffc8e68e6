/// One layer of a network: four operations that training needs, the gradient penalty included, and a
/// fifth for layers whose derivative depends on x.
///
/// | operation       | maps          | used by                                                    |
/// |-----------------|---------------|------------------------------------------------------------|
/// | forward         | x → y         | everything                                                 |
/// | vjp             | dy → dx       | both networks, and the inner gradient of the penalty       |
/// | weightGradient  | (x, dy) → dW  | both networks                                              |
/// | jvp             | u → v         | the outer gradient: the derivative of forward along u      |
/// | secondOrderTerm | (u, dy) → dx  | the outer gradient: the derivative of ⟨dy, jvp u⟩ by x     |
///
/// x is inputs × batch, y is outputs × batch. A sample lies as [spatial…][channels]; a vector is an
/// image of one position. A layer is a small value that owns no memory: its parameters are in a
/// `ParameterStore`, its activations in `Activations`. Every operation gives the same bits for any
/// cutting of the columns.
///
/// A layer is called through an existential, where the compiler cannot specialize a generic function:
/// `@_specialize` makes the Float code that training runs.
protocol Layer: Sendable {
  /// The shape of a sample before and after the layer.
  var input: Shape { get }
  var output: Shape { get }
  /// What is trained, in PyTorch's names, shapes and order; empty for an activation function.
  var parameters: [Parameter] { get }
  /// What a checkpoint holds beside the parameters, such as running statistics.
  var buffers: [Parameter] { get }
  /// The map from the stored weights, the first parameter, to those that the kernels use, if they
  /// differ.
  var weightTransform: (any WeightTransform)? { get }
  /// Rows that forward saves for the other operations, with as many columns as y.
  var savedRows: Int { get }
  /// The random mask that is drawn into the saved rows before forward.
  var mask: DropoutMask? { get }
  /// Whether x and y may share memory, as may dy and dx, or u and v.
  var worksInPlace: Bool { get }
  /// Whether the derivative reads x, so that forward must not overwrite it.
  var readsInput: Bool { get }
  /// What the derivative reads of y.
  var readsOutput: OutputDependency { get }
  /// What remains known of x once y has been written over it.
  var preserves: OutputDependency { get }
  /// Whether forward is W·x + b with a trained W.
  var isAffine: Bool { get }
  /// Whether y is x.
  var isIdentity: Bool { get }
  /// Whether the derivative depends on x even where it is smooth, so that a gradient penalty has a
  /// term by `addSecondOrderTerm`.
  var hasSecondOrderTerm: Bool { get }
  /// What one call of an operation needs: some samples, or the whole batch.
  func scope(in mode: PassMode) -> LayerScope

  /// y = f(x).
  func forward<S: Scalar>(_ x: MatrixView<S>, into y: MatrixView<S>, _ context: LayerContext<S>)

  /// dx = (∂y/∂x)ᵀ dy, a vector-Jacobian product.
  func vjp<S: Scalar>(_ dy: MatrixView<S>, into dx: MatrixView<S>, _ context: LayerContext<S>)

  /// v = (∂y/∂x) u, a Jacobian-vector product.
  func jvp<S: Scalar>(_ u: MatrixView<S>, into v: MatrixView<S>, _ context: LayerContext<S>)

  /// dx += ∂/∂x ⟨dy, (∂y/∂x) u⟩.
  func addSecondOrderTerm<S: Scalar>(
    _ u: MatrixView<S>, _ dy: MatrixView<S>, to dx: MatrixView<S>, _ context: LayerContext<S>)

  /// gradient = (∂y/∂W)ᵀ dy, or added to it, for the slice's part of every parameter's first
  /// dimension. A layer whose weight transform has a gradient of its own leaves it there.
  func weightGradient<S: Scalar>(
    _ x: MatrixView<S>, _ dy: MatrixView<S>, _ context: WeightGradientContext<S>)
}

extension Layer {
  var parameters: [Parameter] { [] }
  var buffers: [Parameter] { [] }
  var weightTransform: (any WeightTransform)? { nil }
  var savedRows: Int { 0 }
  var mask: DropoutMask? { nil }
  var worksInPlace: Bool { false }
  var readsInput: Bool { false }
  var readsOutput: OutputDependency { .nothing }
  var preserves: OutputDependency { .nothing }
  var isAffine: Bool { false }
  var isIdentity: Bool { false }
  var hasSecondOrderTerm: Bool { false }

  func scope(in _: PassMode) -> LayerScope { .sample }

  func addSecondOrderTerm<S: Scalar>(
    _: MatrixView<S>, _: MatrixView<S>, to _: MatrixView<S>, _: LayerContext<S>
  ) {}

  func weightGradient<S: Scalar>(
    _: MatrixView<S>, _: MatrixView<S>, _: WeightGradientContext<S>
  ) {}
}

/// What an operation of a layer works on in one call.
enum LayerScope {
  /// Any columns: each sample by itself.
  case sample
  /// All columns of the pass. Each slice computes some channels, and all slices wait for one another
  /// before and after.
  case batch
}

/// How much of a layer's output matters, or remains.
enum OutputDependency: Int, Comparable {
  case nothing, sign, value

  static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// A layer without parameters that works in place and has one derivative for both directions: it is
/// linear, or linear around each point.
protocol PointwiseLayer: Layer {
  var shape: Shape { get }
  /// x = f(x).
  func apply<S: Scalar>(to x: MatrixView<S>, _ context: LayerContext<S>)
  /// d = f′(x)·d.
  func multiplyByDerivative<S: Scalar>(_ d: MatrixView<S>, _ context: LayerContext<S>)
}

extension PointwiseLayer {
  var input: Shape { shape }
  var output: Shape { shape }
  var worksInPlace: Bool { true }

  func forward<S: Scalar>(_ x: MatrixView<S>, into y: MatrixView<S>, _ context: LayerContext<S>) {
    y.copy(x)
    apply(to: y, context)
  }

  func vjp<S: Scalar>(_ dy: MatrixView<S>, into dx: MatrixView<S>, _ context: LayerContext<S>) {
    dx.copy(dy)
    multiplyByDerivative(dx, context)
  }

  func jvp<S: Scalar>(_ u: MatrixView<S>, into v: MatrixView<S>, _ context: LayerContext<S>) {
    v.copy(u)
    multiplyByDerivative(v, context)
  }
}
