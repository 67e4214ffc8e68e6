import Testing

@testable import Engine
@testable import WGAN

/// The update rules compared with the published formulas, parameter by parameter.
@Suite struct OptimizerTests {
  static let count = 133
  static let steps = 20
  private let workspace = Workspace<Double>()

  @Test func `pitfall 18: Adam corrects the bias and adds epsilon to the square root`() {
    let (rate, beta1, beta2, epsilon) = (1e-3, 0.5, 0.9, 1e-8)
    let store = trained(by: .adam(rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon))
    for index in 0..<Self.count {
      var (p, m, v) = (start(index), 0.0, 0.0)
      var (beta1Power, beta2Power) = (1.0, 1.0)
      for step in 1...Self.steps {
        let g = gradient(index, step)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        beta1Power *= beta1
        beta2Power *= beta2
        p -= rate * (m / (1 - beta1Power)) / ((v / (1 - beta2Power)).squareRoot() + epsilon)
      }
      #expect(abs(store.parameters[index] - p) <= 1e-13)
      #expect(abs(store.moments[0][index] - m) <= 1e-13)
      #expect(abs(store.moments[1][index] - v) <= 1e-13)
    }
  }

  @Test func `pitfall 18: RMSProp divides by the root mean square plus epsilon`() {
    let (rate, alpha, epsilon) = (1e-3, 0.99, 1e-8)
    // PyTorch's defaults.
    let store = trained(by: .rmsprop(rate: rate))
    for index in 0..<Self.count {
      var (p, v) = (start(index), 0.0)
      for step in 1...Self.steps {
        let g = gradient(index, step)
        v = alpha * v + (1 - alpha) * g * g
        p -= rate * g / (v.squareRoot() + epsilon)
      }
      #expect(abs(store.parameters[index] - p) <= 1e-13)
      #expect(abs(store.moments[0][index] - v) <= 1e-13)
    }
  }

  @Test(arguments: [
    Optimizer.rmsprop(rate: 5e-5), .adam(rate: 1e-4, beta1: 0, beta2: 0.9),
    .adam(rate: 0.1 + 0.2, beta1: 1.0 / 3, beta2: 0.999, epsilon: 1e-8),
  ])
  func `an optimizer is parsed from its text form`(_ optimizer: Optimizer) {
    #expect(Optimizer(optimizer.description) == optimizer)
  }

  @Test(arguments: [
    "", "adam", "adam rate x beta1 0 beta2 0 epsilon 1", "sgd rate 1",
    "rmsprop rate 1 beta 1 epsilon 1",
  ])
  func `a text that is not an optimizer is refused`(_ text: String) {
    #expect(Optimizer(text) == nil)
  }

  @Test func `a power by repeated squaring is correct`() {
    #expect(power(0.5, 10) == 1.0 / 1024)
    #expect(power(0.9, 0) == 1)
    #expect(abs(power(0.999, 1000) - 0.36769542477096373) < 1e-14)
  }

  private func start(_ index: Int) -> Double { Double(index) * 0.01 - 0.5 }

  private func gradient(_ index: Int, _ step: Int) -> Double {
    Double((index * 31 + step * 17) % 23) / 23 - 0.45
  }

  private func trained(by optimizer: Optimizer) -> ParameterStore<Double> {
    let store = ParameterStore(
      count: Self.count, moments: optimizer.momentNames.count, in: workspace)
    for index in 0..<Self.count { store.parameters[index] = start(index) }
    for step in 1...Self.steps {
      for index in 0..<Self.count { store.gradients[index] = gradient(index, step) }
      optimizer.update(store, 0..<50, step: step)
      optimizer.update(store, 50..<Self.count, step: step)
    }
    return store
  }
}
