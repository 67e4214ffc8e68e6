import Foundation
import Testing

@testable import Engine
@testable import WGAN

/// `Plateau` compared with PyTorch's ReduceLROnPlateau, which `scripts/make_plateau_fixtures.py`
/// recorded.
@Suite struct PlateauTests {
  /// A sequence of values, and the states of PyTorch with several settings.
  struct Recorded: Decodable, CustomTestStringConvertible {
    struct Run: Decodable {
      let factor: Double, patience: Int, threshold: Double, cooldown: Int, floor: Double
      /// After each value: rate, best, number of bad values, cooldown.
      let seen: [[Double]]
    }
    let name: String
    let rate: Double
    let numbers: [Double]
    let runs: [Run]

    var testDescription: String { name }

    static let all = Result {
      let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      return try JSONDecoder().decode(
        [Recorded].self, from: Data(contentsOf: tests.appending(path: "Fixtures/plateau.json")))
    }
  }

  @Test func `every value changes the state as in PyTorch`() throws {
    for recorded in try Recorded.all.get() {
      for run in recorded.runs {
        let plateau = Plateau(
          factor: run.factor, patience: run.patience, threshold: run.threshold,
          cooldown: run.cooldown, floor: run.floor)
        #expect(plateau.validationError == nil)
        var memory = PlateauMemory(rate: recorded.rate)
        #expect(run.seen.count == recorded.numbers.count)
        for (index, (number, seen)) in zip(recorded.numbers, run.seen).enumerated() {
          memory.update(number, plateau)
          let found = [memory.rate, memory.best, Double(memory.bad), Double(memory.cooldown)]
          try #require(found == seen, "\(recorded.name), number \(index), \(plateau)")
          try #require(memory.isPossible(plateau, from: recorded.rate))
        }
      }
    }
  }

  @Test
  func `pitfall 19: a plateau of every step monitors the loss of each network`()
    throws
  {
    let plateau = Plateau(factor: 0.5, patience: 0, floor: 0, period: .step)
    var state = try #require(PlateauState(configuration(plateau)))
    let rising = [1.0, 2, 3].map { report(wasserstein: -$0, penalty: 4) }
    for report in rising { state.update(report, plateau) }
    #expect(state.critic.best == 5 && state.critic.rate == 0.0625)
    #expect(state.generator == PlateauMemory(rate: 0.5))
    for mean in [-1.0, 0, -2] { state.update(generator: mean, plateau) }
    // −mean C(G(z)): 1, 0 and 2.
    #expect(state.generator.best == 0 && state.generator.rate == 0.25)
    let before = state
    state.updateEpoch(plateau)
    #expect(state == before)
  }

  @Test func `pitfall 19: a plateau of every epoch monitors |mean W| and has a floor`()
    throws
  {
    let plateau = Plateau(factor: 0.5, patience: 0)
    #expect(plateau.period == .epoch && plateau.floor == 1e-6)
    var state = try #require(PlateauState(configuration(plateau)))
    func epoch(_ estimates: Double...) {
      for estimate in estimates {
        state.update(report(wasserstein: estimate, penalty: 100), plateau)
        state.update(generator: 50, plateau)
      }
      state.updateEpoch(plateau)
    }
    epoch(4, 2, 3)
    #expect(state.critic.best == 3 && state.generator.best == 3)
    epoch(-3, 1)
    #expect(state.critic.best == 1 && state.critic.rate == 0.25)
    epoch(-2)
    #expect(state.critic.rate == 0.125 && state.generator.rate == 0.25)
    // An epoch without a critic step does not count.
    epoch()
    #expect(state.critic.rate == 0.125 && state.critic.best == 1)
    for _ in 0..<40 { epoch(2) }
    #expect(state.critic.rate == 1e-6 && state.generator.rate == 1e-6)
  }

  @Test(arguments: [
    "critic rate 0.25 best inf bad 0 cooldown 0 generator rate 0.5 best inf bad 0 cooldown 0 "
      + "wasserstein sum 0.0 count 0",
    "critic rate 0.1 best -3.0000000000000004 bad 2 cooldown 0 "
      + "generator rate 5e-324 best 1.7976931348623157e+308 bad 0 cooldown 0 "
      + "wasserstein sum 0.30000000000000004 count 3",
  ])
  func `a state has the text form that it was parsed from`(_ text: String) throws {
    let state = try #require(PlateauState(text))
    #expect(state.description == text)
    #expect(state.isPossible(try configuration(Plateau())))
  }

  private func configuration(_ plateau: Plateau) throws -> TrainingConfiguration {
    var configuration = try smallConfiguration("mlp-gp")
    configuration.schedule = Schedule(.plateau(plateau))
    configuration.criticOptimizer.rate = 0.25
    configuration.generatorOptimizer.rate = 0.5
    return configuration
  }

  private func report(wasserstein: Double, penalty: Double) -> CriticMetrics {
    CriticMetrics(real: wasserstein, fake: 0, penalty: penalty, gradientNorm: 0)
  }
}
