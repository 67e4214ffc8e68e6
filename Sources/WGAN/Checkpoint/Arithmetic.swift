import Engine

/// Under which versions of these tools' arithmetic a run's numbers came to be, in order.
///
/// Neither threads nor the instruction set change a bit of a result, and no library computes one: the
/// code alone does. So a version of it is all that a checkpoint has to record beside the
/// configuration, the seed and the images.
public struct Arithmetic: Equatable, Sendable {
  /// Raised with every change of the code that changes a bit of a training or of a sample;
  /// `ArithmeticTests` fails at such a change.
  static let version = 2

  private var versions = [version]

  /// That of this build alone.
  init() {}

  /// Goes on under that of this build.
  mutating func enter() {
    if isForeign { versions.append(Self.version) }
  }

  /// Whether the last numbers are of another build's.
  private var isForeign: Bool { versions.last != Self.version }

  /// What to know before the run goes on; `nil` when nothing changes.
  public var warning: String? {
    guard isForeign, let last = versions.last else { return nil }
    return "goes on under arithmetic \(Self.version) after \(last): from here on the bytes are not "
      + "those of a run under either alone"
  }
}

extension Arithmetic: LosslessStringConvertible {
  /// The versions, as "1 2"; `nil` for other words, or more than a hundred.
  public init?(_ description: String) {
    let words = description.split(separator: " ", maxSplits: 100, omittingEmptySubsequences: false)
    versions = words.compactMap { Int($0) }
    guard versions.count == words.count, versions.allSatisfy({ $0 > 0 }) else { return nil }
  }

  /// The text form in a checkpoint.
  public var description: String { versions.map { "\($0)" }.joined(separator: " ") }
}
