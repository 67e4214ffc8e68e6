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
/// parameters lie in `ParameterRuns`, activations in `Slots`. Each verb may be called on any range
/// of columns, and gives the same bits for any cutting.
protocol Layer: Sendable {
  /// The shape of a sample, in and out. It lies as [height][width][channels]; a vector is an image
  /// of one position.
  var input: ImageShape { get }
  var output: ImageShape { get }
  /// What is trained, in PyTorch's names, shapes and order; empty for an activation function.
  var parameters: [Parameter] { get }
  /// Numbers that `derive` makes.
  var derivedCount: Int { get }
  /// Rows of notes that forward leaves for the other verbs, of as many columns as y.
  var noteRows: Int { get }
  /// Whether x and y may be one block, as may dy and dx, or u and v.
  var worksInPlace: Bool { get }
  /// What the derivative needs to know of y.
  var readsOutput: OutputKnowledge { get }
  /// What of x is still known when y has been written over it.
  var preserves: OutputKnowledge { get }
  /// Whether the derivative depends on x even where it is smooth, so that the penalty has a term by
  /// `curvature`.
  var isCurved: Bool { get }

  /// Makes the derived numbers from the parameters: this share of them.
  func derive<S: Scalar>(_ run: LayerRun<S>, share: Share)

  /// y = f(x).
  func forward<S: Scalar>(_ x: Block<S>, _ run: LayerRun<S>, notes: Block<S>, into y: Block<S>)

  /// dx = (∂y/∂x)ᵀ dy, where y is what forward gave.
  func backward<S: Scalar>(
    _ dy: Block<S>, output y: Block<S>, notes: Block<S>, _ run: LayerRun<S>, into dx: Block<S>)

  /// v = (∂y/∂x) u, where y is what forward gave.
  func tangent<S: Scalar>(
    _ u: Block<S>, output y: Block<S>, notes: Block<S>, _ run: LayerRun<S>, into v: Block<S>)

  /// dx += ∂/∂x ⟨dy, (∂y/∂x) u⟩.
  func addCurvature<S: Scalar>(
    _ u: Block<S>, _ dy: Block<S>, output y: Block<S>, notes: Block<S>, into dx: Block<S>)

  /// gradient = (∂y/∂W)ᵀ dy, or added to it, for a share of every parameter's first dimension.
  /// `input` says whether x is a value, which a bias joins, or a tangent, which it does not.
  func accumulate<S: Scalar>(
    _ x: Block<S>, _ input: AccumulationInput, _ dy: Block<S>, share: Share, adding: Bool,
    into gradient: LayerRun<S>)
}

/// What stands in the place of x in `accumulate`.
enum AccumulationInput {
  /// The layer's input: y = W·x + b, so the bias takes part.
  case value
  /// A tangent of it: v = W·u, so the bias does not.
  case tangent
}

/// How much of a layer's output matters, or is left.
enum OutputKnowledge: Int, Comparable {
  case nothing, sign, value

  static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

extension Layer {
  var parameters: [Parameter] { [] }
  var derivedCount: Int { 0 }
  var noteRows: Int { 0 }
  var worksInPlace: Bool { false }
  var readsOutput: OutputKnowledge { .nothing }
  var preserves: OutputKnowledge { .nothing }
  var isCurved: Bool { false }

  func derive<S: Scalar>(_: LayerRun<S>, share _: Share) {}

  func addCurvature<S: Scalar>(
    _: Block<S>, _: Block<S>, output _: Block<S>, notes _: Block<S>, into _: Block<S>
  ) {}

  func accumulate<S: Scalar>(
    _: Block<S>, _: AccumulationInput, _: Block<S>, share _: Share, adding _: Bool,
    into _: LayerRun<S>
  ) {}
}

/// A layer without parameters that is linear, or linear around each point, and works in place: the
/// same derivative serves backward and tangent.
protocol PointwiseLayer: Layer {
  var shape: ImageShape { get }
  func apply<S: Scalar>(_ x: Block<S>, notes: Block<S>)
  func multiplyByDerivative<S: Scalar>(_ d: Block<S>, output y: Block<S>, notes: Block<S>)
}

extension PointwiseLayer {
  var input: ImageShape { shape }
  var output: ImageShape { shape }
  var worksInPlace: Bool { true }

  func forward<S: Scalar>(_ x: Block<S>, _: LayerRun<S>, notes: Block<S>, into y: Block<S>) {
    y.copy(x)
    apply(y, notes: notes)
  }

  func backward<S: Scalar>(
    _ dy: Block<S>, output y: Block<S>, notes: Block<S>, _: LayerRun<S>, into dx: Block<S>
  ) {
    dx.copy(dy)
    multiplyByDerivative(dx, output: y, notes: notes)
  }

  func tangent<S: Scalar>(
    _ u: Block<S>, output y: Block<S>, notes: Block<S>, _: LayerRun<S>, into v: Block<S>
  ) {
    v.copy(u)
    multiplyByDerivative(v, output: y, notes: notes)
  }
}
