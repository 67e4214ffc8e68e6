import Engine

/// How far a run has come: all that changes in it besides the networks' numbers.
public struct TrainingProgress: Equatable, Sendable {
  /// Epochs completed.
  public internal(set) var epoch = 0
  /// Batches of the epoch in hand that the critic is done with.
  public internal(set) var batch = 0
  /// Critic steps that have seen the next batch already, where batches are reused.
  public internal(set) var batchUses = 0
  /// Critic and generator steps since the beginning.
  public internal(set) var criticSteps = 0, generatorSteps = 0
  /// Critic steps since the last generator step; it does not restart at an epoch.
  public internal(set) var phase = 0
  /// Under which versions of the arithmetic the numbers came to be.
  public internal(set) var arithmetic = Arithmetic()
  /// Which images the epoch in hand is of; `nil` before the first step.
  public internal(set) var images: String?
  /// What a plateau has seen; `nil` for another schedule.
  public internal(set) var plateau: PlateauState?

  /// The beginning.
  public init() {}

  /// The beginning of a run.
  init(_ configuration: TrainingConfiguration) { plateau = PlateauState(configuration) }

  /// The most that anything is counted to: every number up to it is a `Double`.
  static let maximumCount = 1 << 53

  /// Whether an epoch has begun.
  var isMidEpoch: Bool { batch > 0 || batchUses > 0 }

  /// Whether an epoch has just ended.
  public var isEndOfEpoch: Bool { epoch > 0 && !isMidEpoch }

  /// Whether the critic has had its steps before the next generator step.
  func isGeneratorDue(_ configuration: TrainingConfiguration) -> Bool {
    phase >= configuration.criticSteps(before: generatorSteps)
  }

  /// Moves on in the alternation and in the epoch after a critic step.
  ///
  /// A batch that is reused serves until the generator step is due or, where the critic trains
  /// alone, for `TrainingConfiguration.criticSteps` steps.
  mutating func advance(
    after report: CriticReport, _ trained: TrainedNetworks, _ configuration: TrainingConfiguration
  ) {
    if trained == .both { phase += 1 }
    batchUses += 1
    let isBatchDone =
      switch (configuration.realBatch, trained) {
      case (.fresh, _): true
      case (.reused, .both): isGeneratorDue(configuration)
      case (.reused, _): batchUses >= configuration.criticSteps
      }
    if isBatchDone {
      batch += 1
      batchUses = 0
    }
    if let plateau = configuration.schedule.plateau { self.plateau?.watch(report, plateau) }
  }

  /// Moves on in the alternation after a generator step, which saw this mean of C.
  mutating func advance(
    afterGenerator mean: Double, _ trained: TrainedNetworks, _ configuration: TrainingConfiguration
  ) {
    if trained == .both { phase = 0 }
    if let plateau = configuration.schedule.plateau {
      self.plateau?.watch(generator: mean, plateau)
    }
  }

  /// Moves on to the next epoch.
  mutating func finishEpoch(_ configuration: TrainingConfiguration) {
    epoch += 1
    batch = 0
    if let plateau = configuration.schedule.plateau { self.plateau?.watchEpoch(plateau) }
  }
}
