import Foundation
import Testing

@testable import Engine
@testable import WGAN

/// The learning rates as a function of the generator steps.
@Suite struct ScheduleTests {
  @Test func `a constant factor is 1, and a linear one falls to 0 at its step`() {
    for done in [0, 1, 1000, 1 << 53] { #expect(Schedule.constant.factor(after: done) == 1) }
    for steps in [1, 2, 7, 1000, 20_000] {
      let schedule = Schedule(.linear(steps: steps))
      for done in 0...2 * steps {
        let expected = max(0, 1 - Double(done) / Double(steps))
        #expect(abs(schedule.factor(after: done) - expected) < 1e-15)
      }
      #expect(schedule.factor(after: 0) == 1 && schedule.factor(after: steps) == 0)
    }
  }

  @Test func `a cosine factor agrees with libm, never rises, and ends at 0`() {
    for steps in [1, 2, 3, 10, 999, 20_000] {
      let schedule = Schedule(.cosine(steps: steps))
      var last = 1.0
      for done in 0...steps {
        let x = Double(done) / Double(steps)
        let factor = schedule.factor(after: done)
        // Two ulps of 1; libm is exact to one. Near 0, the square of a sine is a stricter test.
        #expect(abs(factor - (1 + cos(.pi * x)) / 2) <= 4.5e-16)
        let sine = sin(.pi / 2 * Double(steps - done) / Double(steps))
        #expect(abs(factor - sine * sine) <= 4e-15 * factor)
        #expect(factor <= last)
        last = factor
      }
      #expect(schedule.factor(after: 0) == 1)
      for done in [steps, steps + 1, 1 << 53] { #expect(schedule.factor(after: done) == 0) }
    }
    #expect(abs(Schedule(.cosine(steps: 2)).factor(after: 1) - 0.5) <= 1.2e-16)
  }

  @Test(arguments: [
    Schedule.Decay.constant, .linear(steps: 50), .cosine(steps: 50), .plateau(Plateau()),
  ])
  func `a warm-up is a factor that rises linearly to 1`(
    _ decay: Schedule.Decay
  ) {
    let (cold, warm) = (Schedule(decay), Schedule(decay, warmUp: 8))
    for done in 0..<8 {
      #expect(warm.factor(after: done) == Double(done + 1) / 8 * cold.factor(after: done))
    }
    for done in 7..<100 { #expect(warm.factor(after: done) == cold.factor(after: done)) }
    for done in 0..<100 {
      #expect(Schedule(decay, warmUp: 1).factor(after: done) == cold.factor(after: done))
    }
  }

  @Test func `a rate is that of the optimizer or of the plateau, times the factor`()
    throws
  {
    var configuration = try smallConfiguration("mlp-gp")
    configuration.criticOptimizer.rate = 0.25
    configuration.generatorOptimizer.rate = 0.5
    configuration.schedule = Schedule(.linear(steps: 4), warmUp: 2)
    var progress = TrainingProgress(configuration)
    let expected = [0.5, 0.75, 0.5, 0.25, 0, 0]
    for (done, factor) in expected.enumerated() {
      progress.generatorSteps = done
      #expect(
        configuration.rates(at: progress)
          == LearningRates(critic: 0.25 * factor, generator: 0.5 * factor))
    }
    configuration.schedule = Schedule(.plateau(Plateau()), warmUp: 4)
    progress = TrainingProgress(configuration)
    progress.plateau?.critic.rate = 0.125
    #expect(configuration.rates(at: progress) == LearningRates(critic: 0.03125, generator: 0.125))
  }

  @Test(arguments: [
    "constant", "constant warm-up 5", "linear 20000", "cosine 1 warm-up 9007199254740992",
    "plateau factor 0.5 patience 2 threshold 0.0001 cooldown 0 floor 1e-06 every epoch",
    "plateau factor 0.25 patience 0 threshold 0.0 cooldown 7 floor 0.0 every step warm-up 3",
  ])
  func `a schedule has the text form that it was parsed from`(_ text: String) throws {
    let schedule = try #require(Schedule(text))
    #expect(schedule.description == text)
    #expect(schedule.validationError == nil)
  }

  @Test func `omitted settings of a plateau have the defaults of PyTorch, except floor and period`()
  {
    #expect(
      Schedule("plateau")?.description
        == "plateau factor 0.1 patience 10 threshold 0.0001 cooldown 0 floor 1e-06 every epoch")
    #expect(
      Schedule("plateau patience 3 every step warm-up 2")?.description
        == "plateau factor 0.1 patience 3 threshold 0.0001 cooldown 0 floor 1e-06 every step warm-up 2"
    )
  }

  @Test(arguments: [
    "", "constantly", "constant 5", "linear", "linear x", "linear 1.5", "cosine 5 6",
    "linear 5 cosine 5", "constant warm-up", "constant warm-up x", "constant warm-up 5 warm-up 5",
    "warm-up 5", "plateau 0.5", "plateau factor", "plateau factor x", "plateau patience 1.5",
    "plateau patience 2 factor 0.5", "plateau every", "plateau every batch",
    "plateau every step every step",
  ])
  func `a text that is not a schedule is refused`(_ text: String) {
    #expect(Schedule(text) == nil)
  }

  @Test(arguments: [
    ("linear 0", "the steps of the schedule"), ("cosine -5", "the steps of the schedule"),
    ("constant warm-up 0", "the steps of the schedule"),
    ("linear 9007199254740993", "the steps of the schedule"),
    ("plateau factor 0", "factor"), ("plateau factor 1", "factor"),
    ("plateau factor nan", "factor"),
    ("plateau threshold -0.1", "threshold"), ("plateau threshold 1", "threshold"),
    ("plateau threshold nan", "threshold"), ("plateau patience -1", "patience"),
    ("plateau cooldown -1", "cooldown"), ("plateau floor -1", "floor"),
    ("plateau floor inf", "floor"), ("plateau floor nan", "floor"),
  ])
  func `a schedule that is out of range is refused with the reason`(
    _ text: String, _ reason: String
  ) throws {
    var configuration = try smallConfiguration("mlp-gp")
    configuration.schedule = try #require(Schedule(text))
    let validationError = try #require(configuration.validationError)
    #expect(validationError.contains(reason), "\(validationError)")
  }
}
