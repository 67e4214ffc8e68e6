import Engine

/// The counters of a run: everything that changes in it except the numbers of the networks.
public struct TrainingProgress: Equatable, Sendable {
  /// Completed epochs.
  public internal(set) var epoch = 0
  /// Batches of the current epoch that the critic has finished.
  public internal(set) var batch = 0
  /// Critic steps that have already used the next batch; 0 unless batches are reused.
  public internal(set) var batchUses = 0
  /// Critic steps of the whole run.
  public internal(set) var criticSteps = 0
  /// Generator steps of the whole run.
  public internal(set) var generatorSteps = 0
  /// Critic steps since the last generator step. A new epoch does not reset it.
  public internal(set) var phase = 0
  /// The arithmetic versions that computed the run.
  public internal(set) var arithmetic = Arithmetic()
  /// The ``TrainingImages/fingerprint`` of the current epoch's images; `nil` before the first step.
  public internal(set) var images: String?
  /// The identity of the run: the CRC-32 of its configuration and of the images of its first step;
  /// `nil` before that step.
  public internal(set) var run: String?
  /// The state of a plateau schedule; `nil` for every other schedule.
  var plateau: PlateauState?

  /// Makes the progress before the first step.
  public init() {}

  /// Makes the progress before the first step of a configuration.
  init(_ configuration: TrainingConfiguration) { plateau = PlateauState(configuration) }

  /// The maximum of every counter: each integer up to it is exact as a `Double`.
  static let maximumCount = 1 << 53

  /// Whether the current epoch has started.
  var isMidEpoch: Bool { batch > 0 || batchUses > 0 }

  /// Whether an epoch has just ended.
  public var isEndOfEpoch: Bool { epoch > 0 && !isMidEpoch }

  /// Whether the critic has done all its steps before the next generator step.
  func isGeneratorDue(_ configuration: TrainingConfiguration) -> Bool {
    phase >= configuration.criticSteps(before: generatorSteps)
  }

  /// Counts a critic step in the alternation of the networks and in the epoch.
  ///
  /// A reused batch is used until a generator step is due. If only the critic is trained, it is
  /// used for `criticSteps` steps.
  mutating func advance(
    after critic: CriticMetrics, _ networks: TrainedNetworks, _ configuration: TrainingConfiguration
  ) {
    if networks == .both { phase += 1 }
    batchUses += 1
    let isBatchDone =
      switch (configuration.realBatch, networks) {
      case (.fresh, _): true
      case (.reused, .both): isGeneratorDue(configuration)
      case (.reused, _): batchUses >= configuration.criticSteps
      }
    if isBatchDone {
      batch += 1
      batchUses = 0
    }
    if let plateau = configuration.schedule.plateau { self.plateau?.update(critic, plateau) }
  }

  /// Counts a generator step in the alternation; `score` is the mean of C over its samples.
  mutating func advance(
    afterGenerator score: Double, _ networks: TrainedNetworks,
    _ configuration: TrainingConfiguration
  ) {
    if networks == .both { phase = 0 }
    if let plateau = configuration.schedule.plateau {
      self.plateau?.update(generator: score, plateau)
    }
  }

  /// Starts the next epoch.
  mutating func finishEpoch(_ configuration: TrainingConfiguration) {
    epoch += 1
    batch = 0
    if let plateau = configuration.schedule.plateau { self.plateau?.updateEpoch(plateau) }
  }
}
