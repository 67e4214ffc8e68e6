/// One step of a network: four verbs, which are all that training needs, the gradient penalty
/// included.
///
/// | verb       | maps          | used by                                                        |
/// |------------|---------------|----------------------------------------------------------------|
/// | forward    | x → y         | everything                                                     |
/// | backward   | dy → dx       | both networks, and the inner gradient of the penalty           |
/// | accumulate | (x, dy) → dW  | both networks                                                  |
/// | tangent    | u → v         | the outer gradient: the derivative of forward in direction u   |
///
/// x is inputs × batch, y is outputs × batch. A layer is a small value that owns no memory: its
/// parameters lie in `ParameterRuns`, activations in a `Workspace`. An activation function works
/// in place: its x and y are one block, its dy and dx are one block, and it knows its derivative
/// from y. Each verb may be called on any range of columns, and gives the same bits for any
/// cutting.
protocol Layer: Sendable {
  /// The shape of a sample, in and out. It lies as [height][width][channels]; a vector is an image
  /// of one position.
  var input: ImageShape { get }
  var output: ImageShape { get }
  /// What is trained, in PyTorch's names, shapes and order; empty for an activation function.
  var parameters: [Parameter] { get }

  /// y = f(x).
  func forward<S: Scalar>(_ x: Block<S>, _ parameters: UnsafePointer<S>, into y: Block<S>)

  /// dx = (∂y/∂x)ᵀ dy, where y is what forward gave.
  func backward<S: Scalar>(
    _ dy: Block<S>, output y: Block<S>, _ parameters: UnsafePointer<S>, into dx: Block<S>)

  /// v = (∂y/∂x) u, where y is what forward gave.
  func tangent<S: Scalar>(
    _ u: Block<S>, output y: Block<S>, _ parameters: UnsafePointer<S>, into v: Block<S>)

  /// gradient = (∂y/∂W)ᵀ dy, or added to it, for a share of every parameter's first dimension.
  /// `input` says whether x is a value, which a bias joins, or a tangent, which it does not.
  func accumulate<S: Scalar>(
    _ x: Block<S>, _ input: AccumulationInput, _ dy: Block<S>, share: Share, adding: Bool,
    into gradient: UnsafeMutablePointer<S>)
}

/// What stands in the place of x in `accumulate`.
enum AccumulationInput {
  /// The layer's input: y = W·x + b, so the bias takes part.
  case value
  /// A tangent of it: v = W·u, so the bias does not.
  case tangent
}

/// A tensor that is trained: a name as in PyTorch's `state_dict`, its shape, and the number of
/// inputs that one output sums over, which sets the initial range.
struct Parameter: Equatable, Sendable {
  let name: String
  let shape: [Int]
  let fanIn: Int
  /// How the engine keeps it; `nil` where that is how the checkpoint has it.
  let order: Order?

  init(name: String, shape: [Int], fanIn: Int, order: Order? = nil) {
    (self.name, self.shape, self.fanIn) = (name, shape, fanIn)
    self.order = order.flatMap { $0.isIdentity ? nil : $0 }
  }

  var count: Int { shape.reduce(1, *) }
}

/// A layer without parameters that maps each number by itself, in place.
protocol ActivationFunction: Layer {
  var shape: ImageShape { get }
  func apply<S: Scalar>(_ x: Block<S>)
  func multiplyByDerivative<S: Scalar>(_ d: Block<S>, output y: Block<S>)
}

extension ActivationFunction {
  var input: ImageShape { shape }
  var output: ImageShape { shape }
  var parameters: [Parameter] { [] }

  func forward<S: Scalar>(_ x: Block<S>, _: UnsafePointer<S>, into y: Block<S>) {
    assert(x.base == y.base)
    apply(y)
  }

  func backward<S: Scalar>(
    _ dy: Block<S>, output y: Block<S>, _: UnsafePointer<S>, into dx: Block<S>
  ) {
    assert(dy.base == dx.base)
    multiplyByDerivative(dx, output: y)
  }

  func tangent<S: Scalar>(
    _ u: Block<S>, output y: Block<S>, _: UnsafePointer<S>, into v: Block<S>
  ) {
    assert(u.base == v.base)
    multiplyByDerivative(v, output: y)
  }

  func accumulate<S: Scalar>(
    _: Block<S>, _: AccumulationInput, _: Block<S>, share _: Share, adding _: Bool,
    into _: UnsafeMutablePointer<S>
  ) {}
}
