/// The epochs of a run that end with a checkpoint: all multiples of an interval.
public struct SaveInterval: Equatable, Sendable {
  /// The interval in epochs.
  public private(set) var epochs: Int
  /// Seconds in which there are about 20 checkpoints; `nil` if the interval is fixed.
  private let budget: Double?

  /// A fixed interval.
  ///
  /// - Precondition: `epochs` is at least 1.
  public init(epochs: Int) {
    precondition(epochs > 0)
    (self.epochs, budget) = (epochs, nil)
  }

  /// The smallest interval of 1, 2, 5, 10, … that gives at most 50 checkpoints up to an epoch.
  public init(upTo lastEpoch: Int) {
    (epochs, budget) = (1, nil)
    while 50 * Double(epochs) < Double(lastEpoch) { widen() }
  }

  /// An interval that grows until `seconds` have at most about 20 checkpoints.
  ///
  /// - Parameters:
  ///   - epoch: The completed epochs; the first interval is at least a twentieth of them.
  ///   - seconds: The time limit of the training.
  public init(from epoch: Int, within seconds: Double) {
    (epochs, budget) = (1, seconds)
    while 20 * Double(epochs) < Double(epoch) { widen() }
  }

  /// Whether a checkpoint is due at a place in the training.
  public func isDue(at progress: TrainingProgress) -> Bool {
    progress.isEndOfEpoch && progress.epoch.isMultiple(of: epochs)
  }

  /// Adapts the interval to the speed of the training.
  ///
  /// - Parameter lap: Seconds from the last checkpoint to this one.
  public mutating func adapt(to lap: Double) {
    if let budget, 20 * lap < budget { widen() }
  }

  /// 1, 2, 5, 10, 20, 50, …
  private mutating func widen() {
    epochs = "\(epochs)".hasPrefix("2") ? epochs / 2 * 5 : epochs * 2
  }
}
