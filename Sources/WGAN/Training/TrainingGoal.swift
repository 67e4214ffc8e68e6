/// Which networks a run trains.
public enum TrainingSide: String, Sendable, CaseIterable {
  /// Critic steps, and a generator step after every so many of them.
  case both
  /// One network alone; the other stays, and so does the place in the alternation.
  case critic, generator
}

/// How far a call trains.
public enum TrainingGoal: Equatable, Sendable {
  /// So many generator steps more; critic steps if the critic trains alone.
  case steps(Int)
  /// To the end of so many epochs more, the one in hand counted. When the generator trains alone,
  /// as many of its steps as the epochs have batches.
  case epochs(Int)
  /// Up to this many epochs in all; nothing if they are done already.
  case untilEpoch(Int)

  /// Whether a run that began at `start` is there.
  public func isReached(
    by progress: Progress, from start: Progress, side: TrainingSide, batchesPerEpoch: Int
  ) -> Bool {
    switch (self, side) {
    case (.steps(let steps), .critic): progress.criticSteps - start.criticSteps >= steps
    case (.steps(let steps), _): progress.generatorSteps - start.generatorSteps >= steps
    case (.epochs(let epochs), .generator):
      (progress.generatorSteps - start.generatorSteps) / batchesPerEpoch >= epochs
    case (.epochs(let epochs), _): progress.epoch - start.epoch >= epochs
    case (.untilEpoch(let epoch), _): progress.epoch >= epoch
    }
  }
}
