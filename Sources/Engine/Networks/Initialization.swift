/// The distribution of a network's initial parameters.
public enum Initialization: String, Sendable, CaseIterable {
  /// Weights and biases uniform on ±1/√fan_in: PyTorch's `Linear` and `Conv2d` (He et al. 2015
  /// with a = √5).
  case pytorch
  /// Weights uniform on ±√(6/(fan_in + fan_out)), biases 0 (Glorot & Bengio 2010, equation 16):
  /// Keras' default.
  case glorot
  /// Weights normal with variance 2/fan_in, biases 0 (He et al. 2015, equation 10).
  case he
  /// Weights normal with standard deviation 0.02, biases 0 (Radford et al. 2016, section 4).
  case dcgan

  /// A distribution of one parameter.
  package enum Distribution: Equatable, Sendable {
    /// Uniform on ±bound.
    case uniform(bound: Double)
    /// Normal with mean 0.
    case normal(deviation: Double)
    /// 0.
    case zero
  }

  /// The distribution of a layer's weights, where each output sums over `fanIn` inputs and each input
  /// contributes to `fanOut` outputs.
  package func weight(fanIn: Int, fanOut: Int) -> Distribution {
    switch self {
    case .pytorch: .uniform(bound: 1 / Double(fanIn).squareRoot())
    case .glorot: .uniform(bound: (6 / Double(fanIn + fanOut)).squareRoot())
    case .he: .normal(deviation: (2 / Double(fanIn)).squareRoot())
    case .dcgan: .normal(deviation: 0.02)
    }
  }

  /// The distribution of the biases of that layer.
  package func bias(fanIn: Int) -> Distribution {
    self == .pytorch ? weight(fanIn: fanIn, fanOut: 0) : .zero
  }
}
