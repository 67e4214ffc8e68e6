import Engine

/// The versions of the arithmetic that computed a run, in order.
///
/// Neither the number of threads nor the instruction set nor an external library affects a bit of a
/// result. So this version, the configuration, the seed and the images determine a run.
public struct Arithmetic: Equatable, Sendable {
  /// The version of this build. Every change of the code that changes a bit of a training run or of
  /// a sample raises it. `ArithmeticTests` fails on such a change.
  static let version = 2

  private var versions = [version]

  /// Makes a list with the version of this build only.
  init() {}

  /// The version of release 0.1.0, which a checkpoint without a version has.
  static let ofFirstRelease = Arithmetic(versions: [2])

  private init(versions: [Int]) { self.versions = versions }

  /// Adds the version of this build if it differs from the last one.
  mutating func enter() {
    if isForeign { versions.append(Self.version) }
  }

  /// Whether another version computed the last step.
  private var isForeign: Bool { versions.last != Self.version }

  /// The warning to print before a run continues; `nil` if the version does not change.
  public var warning: String? {
    guard isForeign, let last = versions.last else { return nil }
    return
      "arithmetic version \(last) trained this checkpoint, and version \(Self.version) continues: "
      + "the bytes will differ from those of a run with either version alone"
  }
}

extension Arithmetic: LosslessStringConvertible {
  /// Parses the text form, of at most 100 versions.
  ///
  /// - Parameter description: The text form.
  /// - Returns: `nil` if the text is not valid.
  public init?(_ description: String) {
    let tokens = description.split(separator: " ", maxSplits: 100, omittingEmptySubsequences: false)
    versions = tokens.compactMap { Int($0) }
    guard versions.count == tokens.count, versions.allSatisfy({ $0 > 0 }) else { return nil }
  }

  /// The text form in a checkpoint, such as `1 2`.
  public var description: String { versions.map { "\($0)" }.joined(separator: " ") }
}
