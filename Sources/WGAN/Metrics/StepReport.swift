import Engine
import MetricsFormat
import TensorIO

/// The metrics of one step.
public struct StepReport: Equatable, Sendable {
  /// The current epoch, counted from 1.
  public internal(set) var epoch: Int
  /// Steps of the whole run, including this one.
  public internal(set) var criticStep = 0, generatorStep = 0
  /// The metrics of the critic step; `nil` if there was none.
  public internal(set) var critic: CriticMetrics?
  /// The mean of C over the samples of the generator step; `nil` if there was none.
  public internal(set) var generator: Double?
  /// The learning rates of the step.
  public internal(set) var rates: LearningRates

  init(epoch: Int, rates: LearningRates) { (self.epoch, self.rates) = (epoch, rates) }

  /// Stores the numbers of steps.
  mutating func count(_ progress: TrainingProgress) {
    (criticStep, generatorStep) = (progress.criticSteps, progress.generatorSteps)
  }

  /// Returns whether the step count is a multiple of an interval.
  ///
  /// - Parameters:
  ///   - count: The interval in generator steps, or in critic steps if only the critic is trained.
  ///   - trained: The networks that are trained.
  public func isDue(every count: Int, trained: TrainedNetworks) -> Bool {
    if trained == .critic { return criticStep % count == 0 }
    return generator != nil && generatorStep % count == 0
  }

  /// Returns one JSON object without a line end. Values that were not computed are null.
  ///
  /// - Parameter seconds: The time since the previous line.
  public func json(seconds: Double) -> String {
    MetricsLine.json(fields + [(.seconds, .number((seconds * 1e6).rounded() / 1e6))])
  }

  /// The text in a trace, which has no time: `epoch 1 generator_step 0 critic_step 1 …`.
  var traceText: String { fields.map { "\($0.rawValue) \($1)" }.joined(separator: " ") }

  private var fields: [(key: MetricsKey, value: JSONValue)] {
    [
      (.epoch, .integer(epoch)),
      (.generatorStep, .integer(generatorStep)),
      (.criticStep, .integer(criticStep)),
      (.wasserstein, JSONValue(critic?.wasserstein)),
      (.penalty, JSONValue(critic?.penalty)),
      (.gradientNorm, JSONValue(critic?.gradientNorm)),
      (.criticReal, JSONValue(critic?.real)),
      (.criticFake, JSONValue(critic?.fake ?? generator)),
      (.criticRate, .number(rates.critic)),
      (.generatorRate, .number(rates.generator)),
    ]
  }
}

extension StepReport {
  /// Returns the text of a progress line, such as "epoch 3 of 20, step 1234, wasserstein 4.21".
  ///
  /// - Parameter lastEpoch: The last epoch of the plan, if it is known.
  public func summary(lastEpoch: Int?) -> String {
    func short(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
    var text = "epoch \(epoch)" + (lastEpoch.map { " of \($0)" } ?? "")
    text += critic == nil ? ", generator step \(generatorStep)" : ", step \(criticStep)"
    if let critic { text += ", wasserstein \(short(critic.wasserstein))" }
    return text
  }
}
