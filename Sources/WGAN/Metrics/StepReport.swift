import Engine
import TensorIO

/// What one step saw, for the metrics.
public struct StepReport: Equatable, Sendable {
  /// The epoch in hand, counted from 1.
  public internal(set) var epoch: Int
  /// Steps done since the beginning, this one included.
  public internal(set) var criticStep = 0, generatorStep = 0
  /// The critic's numbers, if it stepped.
  public internal(set) var critic: CriticReport?
  /// The mean of C over the generator's samples, if the generator stepped.
  public internal(set) var generator: Double?
  /// The learning rates in force.
  public internal(set) var rates: LearningRates

  init(epoch: Int, rates: LearningRates) { (self.epoch, self.rates) = (epoch, rates) }

  /// Takes over how many steps are done.
  mutating func count(_ progress: TrainingProgress) {
    (criticStep, generatorStep) = (progress.criticSteps, progress.generatorSteps)
  }

  /// Whether the metrics get a line: at every so many generator steps, or critic steps if it trains
  /// alone.
  public func isDue(every count: Int, trained: TrainedNetworks) -> Bool {
    if trained == .critic { return criticStep % count == 0 }
    return generator != nil && generatorStep % count == 0
  }

  /// One JSON object, without a line end. What was not computed is null. `wasserstein` is
  /// mean C(real) − mean C(fake); `seconds` is the time since the line before.
  public func json(seconds: Double) -> String {
    "\(JSONValue.object(fields + [("seconds", .number((seconds * 1e6).rounded() / 1e6))]))"
  }

  /// The same in a trace, without the time: `epoch 1 generator_step 0 critic_step 1 …`.
  var traceText: String { fields.map { "\($0) \($1)" }.joined(separator: " ") }

  private var fields: [(name: String, value: JSONValue)] {
    [
      ("epoch", .integer(epoch)),
      ("generator_step", .integer(generatorStep)),
      ("critic_step", .integer(criticStep)),
      ("wasserstein", JSONValue(critic?.wasserstein)),
      ("penalty", JSONValue(critic?.penalty)),
      ("gradient_norm", JSONValue(critic?.gradientNorm)),
      ("critic_real", JSONValue(critic?.real)),
      ("critic_fake", JSONValue(critic?.fake ?? generator)),
      ("lr_critic", .number(rates.critic)),
      ("lr_generator", .number(rates.generator)),
    ]
  }
}

extension StepReport {
  /// What a progress line says of it: "epoch 3 of 20, step 1234, wasserstein 4.21".
  public func summary(lastEpoch: Int?) -> String {
    func short(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
    var words = "epoch \(epoch)" + (lastEpoch.map { " of \($0)" } ?? "")
    words += critic == nil ? ", generator step \(generatorStep)" : ", step \(criticStep)"
    if let critic { words += ", wasserstein \(short(critic.wasserstein))" }
    return words
  }
}
