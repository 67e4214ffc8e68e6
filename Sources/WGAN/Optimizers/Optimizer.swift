import Engine

/// The update rule of a network's parameters, with its hyperparameters.
public enum Optimizer: Equatable, Sendable {
  /// v ← α·v + (1 − α)·g²; p ← p − rate·g / (√v + ε): PyTorch's `RMSprop`, without momentum and not
  /// centered (Hinton 2012).
  case rmsprop(rate: Double, alpha: Double, epsilon: Double)
  /// m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²; p ← p − rate·m̂ / (√v̂ + ε), with m̂ = m/(1 −
  /// β₁ᵗ), v̂ = v/(1 − β₂ᵗ) (Kingma & Ba 2015, algorithm 1).
  case adam(rate: Double, beta1: Double, beta2: Double, epsilon: Double)

  /// RMSProp with PyTorch's defaults.
  ///
  /// - Parameter rate: The learning rate.
  public static func rmsprop(rate: Double) -> Optimizer {
    .rmsprop(rate: rate, alpha: 0.99, epsilon: 1e-8)
  }

  /// Adam with PyTorch's defaults.
  ///
  /// - Parameters:
  ///   - rate: The learning rate.
  ///   - beta1: The decay of the first moment.
  ///   - beta2: The decay of the second moment.
  public static func adam(rate: Double, beta1: Double = 0.9, beta2: Double = 0.999) -> Optimizer {
    .adam(rate: rate, beta1: beta1, beta2: beta2, epsilon: 1e-8)
  }

  /// The learning rate.
  public var rate: Double {
    get {
      switch self {
      case .rmsprop(let rate, _, _), .adam(let rate, _, _, _): rate
      }
    }
    set {
      switch self {
      case .rmsprop(_, let alpha, let epsilon):
        self = .rmsprop(rate: newValue, alpha: alpha, epsilon: epsilon)
      case .adam(_, let beta1, let beta2, let epsilon):
        self = .adam(rate: newValue, beta1: beta1, beta2: beta2, epsilon: epsilon)
      }
    }
  }

  /// The same optimizer with another learning rate.
  func with(rate: Double) -> Optimizer {
    var optimizer = self
    optimizer.rate = rate
    return optimizer
  }

  /// PyTorch's names of the moments, in the order of `ParameterStore.moments`.
  var momentNames: [String] {
    switch self {
    case .rmsprop: ["square_avg"]
    case .adam: ["exp_avg", "exp_avg_sq"]
    }
  }

  /// Does update number `step`, counted from 1, on a range of the parameters.
  func update<S: Scalar>(_ store: ParameterStore<S>, _ range: Range<Int>, step: Int) {
    let (p, g) = (store.parameters[range], store.gradients[range])
    switch self {
    case .rmsprop(let rate, let alpha, let epsilon):
      let constants = RMSPropConstants<S>(alpha: alpha, rate: rate, epsilon: epsilon)
      S.rmsprop(p, store.moments[0][range], g, constants)
    case .adam(let rate, let beta1, let beta2, let epsilon):
      let constants = AdamConstants<S>(
        rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon, power1: power(beta1, step),
        power2: power(beta2, step))
      S.adam(p, store.moments[0][range], store.moments[1][range], g, constants)
    }
  }
}

/// xⁿ by repeated squaring. It uses only products, so the bits are the same on every machine,
/// unlike those of libm's `pow`.
func power(_ x: Double, _ n: Int) -> Double {
  var (result, square, rest) = (1.0, x, n)
  while rest > 0 {
    if rest & 1 == 1 { result *= square }
    square *= square
    rest >>= 1
  }
  return result
}

extension Optimizer: LosslessStringConvertible {
  /// The text form in a checkpoint, such as `adam rate 0.0001 beta1 0.5 beta2 0.9 epsilon 1e-08`.
  public var description: String {
    switch self {
    case .rmsprop(let rate, let alpha, let epsilon):
      "rmsprop rate \(rate) alpha \(alpha) epsilon \(epsilon)"
    case .adam(let rate, let beta1, let beta2, let epsilon):
      "adam rate \(rate) beta1 \(beta1) beta2 \(beta2) epsilon \(epsilon)"
    }
  }

  /// Parses the text form.
  ///
  /// - Parameter text: The text form.
  /// - Returns: `nil` if the text is not valid.
  public init?(_ text: String) {
    var reader = TokenReader(text)
    if reader.take("rmsprop") {
      guard let rate: Double = reader.value("rate"), let alpha: Double = reader.value("alpha"),
        let epsilon: Double = reader.value("epsilon"), reader.isEmpty
      else { return nil }
      self = .rmsprop(rate: rate, alpha: alpha, epsilon: epsilon)
    } else {
      guard reader.take("adam"), let rate: Double = reader.value("rate"),
        let beta1: Double = reader.value("beta1"), let beta2: Double = reader.value("beta2"),
        let epsilon: Double = reader.value("epsilon"), reader.isEmpty
      else { return nil }
      self = .adam(rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon)
    }
  }

  /// The value that is out of range; `nil` if there is none.
  var validationError: String? {
    guard isPositiveFloat(rate) else { return "the learning rate must be positive" }
    let (decays, epsilon) =
      switch self {
      case .rmsprop(_, let alpha, let epsilon): ([alpha], epsilon)
      case .adam(_, let beta1, let beta2, let epsilon): ([beta1, beta2], epsilon)
      }
    guard decays.allSatisfy({ 0 <= $0 && $0 < 1 }) else {
      return "alpha, beta1 and beta2 must be at least 0 and less than 1"
    }
    return isPositiveFloat(epsilon) ? nil : "epsilon must be positive"
  }
}

/// Returns whether a number is positive and finite in single precision, in which training uses it.
func isPositiveFloat(_ number: Double) -> Bool { Float(number) > 0 && Float(number).isFinite }
