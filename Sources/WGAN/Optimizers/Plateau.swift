import Engine

/// A reduction of the learning rates when a value has stopped falling: PyTorch's
/// `ReduceLROnPlateau` with mode `min`, threshold_mode `rel` and eps 1e-8.
///
/// The value decides whether it helps. The critic's loss, −W + penalty, *rises* as the generator
/// improves, so a plateau of the loss means little. |W| falls with the distance between the
/// distributions.
public struct Plateau: Equatable, Sendable {
  /// The value that is monitored, and when.
  public enum Period: String, Sendable {
    /// At the end of each epoch, |W|, where W is the mean Wasserstein estimate of its critic steps.
    /// Both learning rates are reduced together.
    case epoch
    /// After each step of a network, the loss of this step. Only the learning rate of this network
    /// is reduced. Single steps are noisy, so the rates fall too early; other implementations do
    /// this.
    case step
  }

  /// The factor of a reduction, 0 < factor < 1.
  public var factor: Double
  /// The number of consecutive values without an improvement that cause no reduction.
  public var patience: Int
  /// The smallest improvement, relative to the best value; 0 ≤ threshold < 1.
  public var threshold: Double
  /// The number of values after a reduction that do not count as lacking an improvement.
  public var cooldown: Int
  /// The smallest learning rate.
  public var floor: Double
  /// The value that is monitored, and when.
  public var period: Period

  /// Makes a plateau. The defaults are PyTorch's, except for the floor.
  ///
  /// - Parameters:
  ///   - factor: The factor of a reduction.
  ///   - patience: The number of consecutive values without an improvement that cause no reduction.
  ///   - threshold: The smallest improvement, relative to the best value.
  ///   - cooldown: The number of values after a reduction that do not count as lacking an
  ///     improvement.
  ///   - floor: The smallest learning rate.
  ///   - period: The value that is monitored, and when.
  public init(
    factor: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4, cooldown: Int = 0,
    floor: Double = 1e-6, period: Period = .epoch
  ) {
    (self.factor, self.patience, self.threshold) = (factor, patience, threshold)
    (self.cooldown, self.floor, self.period) = (cooldown, floor, period)
  }

  /// Smaller reductions are not done: PyTorch's `eps`.
  fileprivate static let minimumReduction = 1e-8

  /// The value that is out of range; `nil` if there is none.
  var validationError: String? {
    guard isPositiveFloat(factor), factor < 1 else {
      return "the plateau factor must be greater than 0 and less than 1"
    }
    guard 0 <= threshold, threshold < 1 else {
      return "the plateau threshold must be at least 0 and less than 1"
    }
    let counts = 0...TrainingProgress.maximumCount
    guard counts ~= patience, counts ~= cooldown else {
      return
        "the plateau patience and cooldown must be between 0 and \(TrainingProgress.maximumCount)"
    }
    return floor == 0 || isPositiveFloat(floor) ? nil : "the plateau floor must be at least 0"
  }
}

extension Plateau: CustomStringConvertible {
  /// The text form in a checkpoint, such as
  /// `plateau factor 0.5 patience 2 threshold 0.0001 cooldown 0 floor 1e-06 every epoch`.
  public var description: String {
    "plateau factor \(factor) patience \(patience) threshold \(threshold) cooldown \(cooldown) "
      + "floor \(floor) every \(period.rawValue)"
  }

  /// Parses the text form, in which every setting may be omitted.
  init?(_ reader: inout TokenReader) {
    let defaults = Plateau()
    guard reader.take("plateau"),
      let factor = reader.value("factor", default: defaults.factor),
      let patience = reader.value("patience", default: defaults.patience),
      let threshold = reader.value("threshold", default: defaults.threshold),
      let cooldown = reader.value("cooldown", default: defaults.cooldown),
      let floor = reader.value("floor", default: defaults.floor),
      let period = Period(rawValue: reader.value("every", default: defaults.period.rawValue) ?? "")
    else { return nil }
    self.init(
      factor: factor, patience: patience, threshold: threshold, cooldown: cooldown, floor: floor,
      period: period)
  }
}

/// The state of a plateau schedule for one network.
struct PlateauMemory: Equatable, Sendable {
  /// The learning rate, without the factor of a warm-up.
  var rate: Double
  /// The best value so far.
  var best = Double.infinity
  /// The number of values since then without an improvement.
  var bad = 0
  /// The remaining values of the cooldown.
  var cooldown = 0

  init(rate: Double) { self.rate = rate }

  /// Processes a value, and reduces the rate if the patience is exceeded.
  mutating func update(_ value: Double, _ plateau: Plateau) {
    if value < best * (1 - plateau.threshold) {
      best = value
      bad = 0
    } else {
      bad += 1
    }
    if cooldown > 0 {
      cooldown -= 1
      bad = 0
    }
    guard bad > plateau.patience else { return }
    let lower = max(rate * plateau.factor, plateau.floor)
    if rate - lower > Plateau.minimumReduction { rate = lower }
    cooldown = plateau.cooldown
    bad = 0
  }

  /// Returns whether a run with this initial rate can reach this state.
  func isPossible(_ plateau: Plateau, from first: Double) -> Bool {
    0 <= rate && rate <= first && best > -.infinity && 0...plateau.patience ~= bad
      && 0...plateau.cooldown ~= cooldown
  }
}

extension PlateauMemory: CustomStringConvertible {
  /// The text form in a checkpoint, such as `rate 0.0001 best inf bad 0 cooldown 0`.
  var description: String { "rate \(rate) best \(best) bad \(bad) cooldown \(cooldown)" }

  /// Parses the text form.
  init?(_ reader: inout TokenReader) {
    guard let rate: Double = reader.value("rate"), let best: Double = reader.value("best"),
      let bad: Int = reader.value("bad"), let cooldown: Int = reader.value("cooldown")
    else { return nil }
    (self.rate, self.best, self.bad, self.cooldown) = (rate, best, bad, cooldown)
  }
}

/// The state of a plateau schedule.
struct PlateauState: Equatable, Sendable {
  var critic: PlateauMemory, generator: PlateauMemory
  /// The sum and the number of the Wasserstein estimates of the current epoch.
  private var sum = 0.0, count = 0

  /// Makes the state before the first step; `nil` for every other schedule.
  init?(_ configuration: TrainingConfiguration) {
    if configuration.schedule.plateau == nil { return nil }
    critic = PlateauMemory(rate: configuration.criticOptimizer.rate)
    generator = PlateauMemory(rate: configuration.generatorOptimizer.rate)
  }

  /// Processes a critic step.
  mutating func update(_ metrics: CriticMetrics, _ plateau: Plateau) {
    switch plateau.period {
    case .step: critic.update(metrics.objective, plateau)
    case .epoch:
      sum += metrics.wasserstein
      count += 1
    }
  }

  /// Processes a generator step; `score` is the mean of C over its samples.
  mutating func update(generator score: Double, _ plateau: Plateau) {
    if plateau.period == .step { generator.update(-score, plateau) }
  }

  /// Processes the end of an epoch.
  mutating func updateEpoch(_ plateau: Plateau) {
    guard plateau.period == .epoch, count > 0 else { return }
    let distance = abs(sum / Double(count))
    critic.update(distance, plateau)
    generator.update(distance, plateau)
    (sum, count) = (0, 0)
  }

  /// Returns whether a run with this configuration can reach this state.
  func isPossible(_ configuration: TrainingConfiguration) -> Bool {
    guard let plateau = configuration.schedule.plateau else { return false }
    return critic.isPossible(plateau, from: configuration.criticOptimizer.rate)
      && generator.isPossible(plateau, from: configuration.generatorOptimizer.rate)
      && sum.isFinite && 0...TrainingProgress.maximumCount ~= count
  }
}

extension PlateauState: CustomStringConvertible {
  /// The text form in a checkpoint: the states of `critic` and `generator`, and for the current
  /// epoch `wasserstein sum 1.5 count 3`.
  var description: String {
    "critic \(critic) generator \(generator) wasserstein sum \(sum) count \(count)"
  }

  /// Parses the text form.
  init?(_ text: String) {
    var reader = TokenReader(text)
    guard reader.take("critic"), let critic = PlateauMemory(&reader),
      reader.take("generator"), let generator = PlateauMemory(&reader),
      reader.take("wasserstein"), let sum: Double = reader.value("sum"),
      let count: Int = reader.value("count"), reader.isEmpty
    else { return nil }
    (self.critic, self.generator, self.sum, self.count) = (critic, generator, sum, count)
  }
}
