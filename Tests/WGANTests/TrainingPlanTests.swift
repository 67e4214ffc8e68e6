import TensorIO
import Testing

@testable import Engine
@testable import WGAN

/// The end of a training plan, and its remaining images.
@Suite struct TrainingPlanTests {
  @Test func `a stop condition is reached after its steps or epochs`() throws {
    var (start, now) = (TrainingProgress(), TrainingProgress())
    (start.epoch, start.criticSteps, start.generatorSteps) = (2, 10, 2)
    (now.epoch, now.criticSteps, now.generatorSteps) = (3, 17, 6)
    let configuration = try smallConfiguration("mlp-gp")
    func plan(_ stopCondition: StopCondition?, _ trained: TrainedNetworks) -> TrainingPlan {
      TrainingPlan(from: start, trained, to: stopCondition, configuration, batchesPerEpoch: 4)
    }
    func reached(_ stopCondition: StopCondition, _ trained: TrainedNetworks) -> Bool {
      plan(stopCondition, trained).isFinished(at: now)
    }
    #expect(reached(.steps(4), .both) && !reached(.steps(5), .both))
    #expect(reached(.steps(7), .critic) && !reached(.steps(8), .critic))
    #expect(reached(.epochs(1), .both) && !reached(.epochs(2), .critic))
    #expect(reached(.epochs(1), .generator) && !reached(.epochs(2), .generator))
    #expect(reached(.untilEpoch(3), .both) && !reached(.untilEpoch(4), .both))
    #expect(reached(.steps(0), .both) && reached(.untilEpoch(0), .critic))
    #expect(!plan(nil, .both).isFinished(at: now))
  }

  @Test func `a plan ends with the epoch after which the learning rates are 0`() throws {
    var now = TrainingProgress()
    func isFinished(_ schedule: String, _ stopCondition: StopCondition?) throws -> Bool {
      var configuration = try smallConfiguration("mlp-gp")
      configuration.schedule = try #require(Schedule(schedule))
      return TrainingPlan(
        from: TrainingProgress(), .both, to: stopCondition, configuration, batchesPerEpoch: 4
      )
      .isFinished(at: now)
    }
    (now.epoch, now.criticSteps, now.generatorSteps) = (3, 35, 7)
    for stopCondition in [nil, .epochs(9), .untilEpoch(9)] as [StopCondition?] {
      #expect(try isFinished("linear 7", stopCondition) && isFinished("cosine 7", stopCondition))
      #expect(try !isFinished("linear 8", stopCondition) && !isFinished("cosine 8", stopCondition))
      #expect(try !isFinished("constant", stopCondition) && !isFinished("plateau", stopCondition))
    }
    #expect(try !isFinished("linear 7", .steps(9)))
    now.batch = 1
    #expect(try !isFinished("linear 7", .untilEpoch(9)))
    now = TrainingProgress()
    #expect(try !isFinished("linear 7 warm-up 3", nil))
  }

  @Test(
    arguments: [.steps(7), .epochs(2), .untilEpoch(3)] as [StopCondition], TrainedNetworks.allCases)
  func `the estimate of the remaining images agrees with the images that follow`(
    _ stopCondition: StopCondition, _ trained: TrainedNetworks
  ) throws {
    if case .untilEpoch = stopCondition, trained == .generator { return }
    for reuse in [RealBatch.fresh, .reused] {
      var configuration = try smallConfiguration("mlp-gp")
      configuration.realBatch = reuse
      let images = try scratchImages(count: 45)
      let trainer = try Trainer(
        TrainingState(initial: configuration), images: images.images(), pool: ThreadPool(count: 1))
      for _ in 0..<3 { _ = try trainer.step(.both) }
      let plan = TrainingPlan(trainer, trained, to: stopCondition)
      var left: [Double] = []
      while !plan.isFinished(at: trainer.state.progress) {
        left.append(try #require(plan.imagesLeft(at: trainer.state.progress)))
        _ = try trainer.step(trained)
      }
      let count = left.count
      let seen = plan.images(at: trainer.state.progress)
      #expect(seen == 10 * count && plan.imagesLeft(at: trainer.state.progress) == 0)
      // A reused batch may be in use at the start.
      let slack = reuse == .reused ? 10 * configuration.criticSteps : 0
      for (step, found) in left.enumerated() {
        #expect(abs(found - Double(10 * (count - step))) <= Double(slack))
      }
    }
  }
}
