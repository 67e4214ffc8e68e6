import Testing

@testable import Engine
@testable import WGAN

@Suite struct InitializationTests {
  @Test func `weights and biases have the distributions of the papers`() {
    func weight(_ rule: Initialization) -> Initialization.Distribution {
      rule.weight(fanIn: 100, fanOut: 50)
    }
    #expect(weight(.pytorch) == .uniform(bound: 0.1))
    #expect(weight(.glorot) == .uniform(bound: 0.2))
    #expect(weight(.he) == .normal(deviation: 0.02.squareRoot()))
    #expect(weight(.dcgan) == .normal(deviation: 0.02))
    #expect(Initialization.pytorch.bias(fanIn: 100) == .uniform(bound: 0.1))
    for rule in [Initialization.glorot, .he, .dcgan] {
      #expect(rule.bias(fanIn: 100) == .zero)
    }
  }
}
