import Engine

/// Lowers the learning rate when a number has stopped falling: PyTorch's `ReduceLROnPlateau` with
/// mode `min`, threshold_mode `rel` and eps 1e-8.
///
/// What it watches decides whether it helps. The critic's objective is −W + penalty and *rises* as
/// the generator improves, so a plateau of it says little; |W| itself falls with the distance
/// between the distributions.
public struct Plateau: Equatable, Sendable {
  /// When a number is watched, and which.
  public enum Period: String, Sendable {
    /// At the end of each epoch |W|, W being the mean of the Wasserstein estimates of its critic
    /// steps; both networks' rates fall together.
    case epoch
    /// After each step of a network the objective that this step minimised; it decides that
    /// network's rate alone. Noise makes such rates fall early: it is here because others have it.
    case step
  }

  /// What the rate is multiplied by.
  public var factor: Double
  /// How many numbers in a row may be no better.
  public var patience: Int
  /// How much better is better, as a part of the best so far.
  public var threshold: Double
  /// How many numbers after a reduction are watched without counting them as bad.
  public var cooldown: Int
  /// The rate does not fall below this.
  public var floor: Double
  /// When a number is watched.
  public var period: Period

  /// PyTorch's defaults, but with a floor.
  public init(
    factor: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4, cooldown: Int = 0,
    floor: Double = 1e-6, period: Period = .epoch
  ) {
    (self.factor, self.patience, self.threshold) = (factor, patience, threshold)
    (self.cooldown, self.floor, self.period) = (cooldown, floor, period)
  }

  /// A reduction by no more than this is left out.
  fileprivate static let minimumReduction = 1e-8

  /// What is out of range, or `nil`.
  var validationError: String? {
    guard isPositiveFloat(factor), factor < 1 else {
      return "the factor of a plateau must be greater than 0 and less than 1"
    }
    guard 0 <= threshold, threshold < 1 else {
      return "the threshold of a plateau must be at least 0 and less than 1"
    }
    let counts = 0...TrainingProgress.maximumCount
    guard counts ~= patience, counts ~= cooldown else {
      return
        "patience and cooldown of a plateau must be between 0 and \(TrainingProgress.maximumCount)"
    }
    return floor == 0 || isPositiveFloat(floor) ? nil : "the floor of a plateau must be at least 0"
  }
}

extension Plateau: CustomStringConvertible {
  /// The text form in a checkpoint, as
  /// `plateau factor 0.5 patience 2 threshold 0.0001 cooldown 0 floor 1e-06 every epoch`.
  public var description: String {
    "plateau factor \(factor) patience \(patience) threshold \(threshold) cooldown \(cooldown) "
      + "floor \(floor) every \(period.rawValue)"
  }

  /// Takes the text form, of which any part may be left out; `nil` when it is not one.
  init?(_ reader: inout TokenReader) {
    let usual = Plateau()
    guard reader.take("plateau"),
      let factor = reader.value("factor", default: usual.factor),
      let patience = reader.value("patience", default: usual.patience),
      let threshold = reader.value("threshold", default: usual.threshold),
      let cooldown = reader.value("cooldown", default: usual.cooldown),
      let floor = reader.value("floor", default: usual.floor),
      let period = Period(rawValue: reader.value("every", default: usual.period.rawValue) ?? "")
    else { return nil }
    self.init(
      factor: factor, patience: patience, threshold: threshold, cooldown: cooldown, floor: floor,
      period: period)
  }
}

/// What a plateau remembers of one network.
struct PlateauMemory: Equatable, Sendable {
  /// The rate in force, before any warm-up.
  var rate: Double
  /// The least number so far that was better by the threshold.
  var best = Double.infinity
  /// How many since then were not, and how many are still forgiven.
  var bad = 0, cooldown = 0

  init(rate: Double) { self.rate = rate }

  /// Takes note of a number, and lowers the rate when patience is at its end.
  mutating func watch(_ number: Double, _ plateau: Plateau) {
    if number < best * (1 - plateau.threshold) {
      best = number
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

  /// Whether a run can come here from this rate.
  func isPossible(_ plateau: Plateau, from first: Double) -> Bool {
    0 <= rate && rate <= first && best > -.infinity && 0...plateau.patience ~= bad
      && 0...plateau.cooldown ~= cooldown
  }
}

extension PlateauMemory: CustomStringConvertible {
  /// The text form in a checkpoint, as `rate 0.0001 best inf bad 0 cooldown 0`.
  var description: String { "rate \(rate) best \(best) bad \(bad) cooldown \(cooldown)" }

  /// Takes the text form; `nil` when it is not one.
  init?(_ reader: inout TokenReader) {
    guard let rate: Double = reader.value("rate"), let best: Double = reader.value("best"),
      let bad: Int = reader.value("bad"), let cooldown: Int = reader.value("cooldown")
    else { return nil }
    (self.rate, self.best, self.bad, self.cooldown) = (rate, best, bad, cooldown)
  }
}

/// What a plateau remembers between the steps of a run.
public struct PlateauState: Equatable, Sendable {
  var critic: PlateauMemory, generator: PlateauMemory
  /// The Wasserstein estimates of the epoch in hand: their sum, and how many.
  private var sum = 0.0, count = 0

  /// The beginning; `nil` for another schedule.
  init?(_ configuration: TrainingConfiguration) {
    if configuration.schedule.plateau == nil { return nil }
    critic = PlateauMemory(rate: configuration.criticOptimizer.rate)
    generator = PlateauMemory(rate: configuration.generatorOptimizer.rate)
  }

  /// Takes note of a critic step.
  mutating func watch(_ report: CriticReport, _ plateau: Plateau) {
    switch plateau.period {
    case .step: critic.watch(report.objective, plateau)
    case .epoch:
      sum += report.wasserstein
      count += 1
    }
  }

  /// Takes note of a generator step, which saw this mean of C.
  mutating func watch(generator mean: Double, _ plateau: Plateau) {
    if plateau.period == .step { generator.watch(-mean, plateau) }
  }

  /// Takes note of the end of an epoch.
  mutating func watchEpoch(_ plateau: Plateau) {
    guard plateau.period == .epoch, count > 0 else { return }
    let distance = abs(sum / Double(count))
    critic.watch(distance, plateau)
    generator.watch(distance, plateau)
    (sum, count) = (0, 0)
  }

  /// Whether a run can come here.
  func isPossible(_ configuration: TrainingConfiguration) -> Bool {
    guard let plateau = configuration.schedule.plateau else { return false }
    return critic.isPossible(plateau, from: configuration.criticOptimizer.rate)
      && generator.isPossible(plateau, from: configuration.generatorOptimizer.rate)
      && sum.isFinite && 0...TrainingProgress.maximumCount ~= count
  }
}

extension PlateauState: CustomStringConvertible {
  /// The text form in a checkpoint: `critic` and `generator`, each with its memory, and of the
  /// epoch in hand `wasserstein sum 1.5 count 3`.
  public var description: String {
    "critic \(critic) generator \(generator) wasserstein sum \(sum) count \(count)"
  }

  /// Reads the text form; `nil` when it is not one.
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
