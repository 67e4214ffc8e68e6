import Testing

@testable import Engine
@testable import WGAN

/// The hyperparameters of papers and well-known code, and refused combinations.
@Suite struct PresetTests {
  @Test(arguments: ["mlp-clip", "dcgan-clip"])
  func `pitfall 4: clipping uses RMSProp as in Arjovsky et al.; Adam with momentum has a warning`(
    _ preset: String
  ) throws {
    var configuration = try #require(Preset(preset)).configuration(image: .mnist, seed: 0)
    let rule = Optimizer.rmsprop(rate: 5e-5, alpha: 0.99, epsilon: 1e-8)
    #expect(configuration.criticOptimizer == rule && configuration.generatorOptimizer == rule)
    #expect(rule.momentNames == ["square_avg"])
    #expect(configuration.constraint == .clip(bound: 0.01))
    #expect(configuration.criticSteps == 5 && configuration.batchSize == 64)
    #expect(configuration.warning == nil)
    configuration.criticOptimizer = .adam(rate: 5e-5, beta1: 0, beta2: 0.9)
    #expect(configuration.warning == nil)
    configuration.criticOptimizer = .adam(rate: 5e-5, beta1: 0.5, beta2: 0.9)
    #expect(configuration.warning?.contains("beta1 > 0 is unstable with clipped weights") == true)
    #expect(configuration.validationError == nil)
  }

  /// Gulrajani et al. 2017, algorithm 1, and their code for MNIST; the Keras example.
  @Test(arguments: [
    ("dcgan-gp", Optimizer.adam(rate: 1e-4, beta1: 0, beta2: 0.9), 5),
    ("mlp-gp", .adam(rate: 1e-4, beta1: 0.5, beta2: 0.9), 5),
    ("keras-gp", .adam(rate: 2e-4, beta1: 0.5, beta2: 0.9, epsilon: 1e-7), 3),
  ])
  func `pitfall 5: a gradient penalty has the hyperparameters of its paper, or of Keras`(
    _ preset: String, _ rule: Optimizer, _ criticSteps: Int
  ) throws {
    let configuration = try #require(Preset(preset)).configuration(image: .mnist, seed: 0)
    #expect(configuration.criticOptimizer == rule && configuration.generatorOptimizer == rule)
    #expect(configuration.constraint == .gradientPenalty(weight: 10))
    #expect(configuration.criticSteps == criticSteps)
  }

  @Test(arguments: [
    "dense 4; batch-norm; dense 1",
    "dense 4; residual; batch-norm; relu; dense 4; shortcut; add; dense 1",
  ])
  func `pitfall 14: batch norm in a critic with a gradient penalty is refused, with the reason`(
    _ critic: String
  ) throws {
    var configuration = try smallConfiguration("mlp-gp")
    configuration.critic = try #require(Architecture(critic))
    let validationError = try #require(configuration.validationError)
    #expect(validationError.contains("cannot have batch-norm"))
    #expect(validationError.contains("makes a sample's gradient depend on the other samples"))
    configuration.constraint = .clip(bound: 0.01)
    #expect(configuration.validationError == nil)
    configuration.constraint = .gradientPenalty(weight: 10)
    for allowed in ["layer-norm", "dropout 0.3"] {
      configuration.critic = try #require(
        Architecture(critic.replacing("batch-norm", with: allowed)))
      #expect(configuration.validationError == nil)
    }
  }
}
