import Engine

/// The learning rate as a function of the step.
///
/// Its clock is the number of generator steps done, for both networks, so that their rates keep
/// their ratio whatever the number of critic steps is. It stands while the critic trains alone.
/// A step of rate 0 moves no parameter; its moments go on.
public struct Schedule: Equatable, Sendable {
  /// What the rate follows once it is warm.
  public enum Decay: Equatable, Sendable {
    /// The optimiser's rate.
    case constant
    /// From the full rate straight to 0 at this generator step, and 0 from there on.
    case linear(steps: Int)
    /// The same way along half a cosine (Loshchilov & Hutter 2017, equation 5, without restarts).
    case cosine(steps: Int)
    /// The rate that the plateau's state holds.
    case plateau(Plateau)
  }

  /// What the rate follows once it is warm.
  public var decay: Decay
  /// Over so many generator steps a factor grows in equal parts to 1, the first being one of them.
  public var warmUp: Int?

  /// A course, and how many generator steps warm it up.
  public init(_ decay: Decay, warmUp: Int? = nil) {
    (self.decay, self.warmUp) = (decay, warmUp)
  }

  /// The optimiser's rate, always.
  public static let constant = Schedule(.constant)

  /// The settings, where the rate waits for a plateau.
  var plateau: Plateau? {
    if case .plateau(let plateau) = decay { plateau } else { nil }
  }

  /// What the rate is multiplied by when `done` generator steps are done.
  func factor(after done: Int) -> Double {
    let factor =
      switch decay {
      case .constant, .plateau: 1.0
      case .linear(let steps): Double(max(0, steps - done)) / Double(steps)
      case .cosine(let steps): halfCosine(min(done, steps), of: steps)
      }
    return factor * (warmUp.map { min(1, Double(done + 1) / Double($0)) } ?? 1)
  }

  /// Whether the rate is 0 for good when `done` generator steps are done.
  func isOver(after done: Int) -> Bool {
    switch decay {
    case .constant, .plateau: false
    case .linear(let steps), .cosine(let steps): done >= steps
    }
  }

  /// What is out of range, or `nil`.
  var validationError: String? {
    var counts = [warmUp ?? 1]
    switch decay {
    case .linear(let steps), .cosine(let steps): counts.append(steps)
    case .constant, .plateau: break
    }
    guard counts.allSatisfy({ 1...TrainingProgress.maximumCount ~= $0 }) else {
      return "the steps of the schedule must be between 1 and \(TrainingProgress.maximumCount)"
    }
    return plateau?.validationError
  }
}

/// (1 + cos πx)/2 at x = place/count, between 0 and 1, without libm, so that it is the same on
/// every machine.
///
/// It is 1 − sin²(πx/2), and sin²(π(1 − x)/2): of the two the one with the smaller angle, at most
/// π/4, where Taylor's polynomial of degree 17 is exact to 10⁻¹⁹.
private func halfCosine(_ place: Int, of count: Int) -> Double {
  let isFalling = place <= count - place
  let angle = Double(isFalling ? place : count - place) / Double(count) * (.pi / 2)
  let square = angle * angle
  var series = 1.0
  for degree in stride(from: 17.0, to: 1, by: -2) {
    series = 1 - series * square / (degree * (degree - 1))
  }
  let sine = angle * series
  return isFalling ? 1 - sine * sine : sine * sine
}

/// Both networks' learning rates.
public struct LearningRates: Equatable, Sendable {
  /// The critic's.
  public let critic: Double
  /// The generator's.
  public let generator: Double
}

extension TrainingConfiguration {
  /// The learning rates of a step that begins at this progress.
  func rates(at progress: TrainingProgress) -> LearningRates {
    let factor = schedule.factor(after: progress.generatorSteps)
    return LearningRates(
      critic: (progress.plateau?.critic.rate ?? criticOptimizer.rate) * factor,
      generator: (progress.plateau?.generator.rate ?? generatorOptimizer.rate) * factor)
  }
}

extension Schedule: LosslessStringConvertible {
  /// The text form in a checkpoint, as `constant`, `linear 20000`, `cosine 20000 warm-up 500`, or
  /// a plateau's.
  public var description: String {
    let text =
      switch decay {
      case .constant: "constant"
      case .linear(let steps): "linear \(steps)"
      case .cosine(let steps): "cosine \(steps)"
      case .plateau(let plateau): "\(plateau)"
      }
    return text + (warmUp.map { " warm-up \($0)" } ?? "")
  }

  /// Reads the text form; `nil` when it is not one. What is left out of a plateau has its default.
  public init?(_ text: String) {
    var reader = TokenReader(text)
    if reader.take("constant") {
      decay = .constant
    } else if let steps: Int = reader.value("linear") {
      decay = .linear(steps: steps)
    } else if let steps: Int = reader.value("cosine") {
      decay = .cosine(steps: steps)
    } else {
      guard let plateau = Plateau(&reader) else { return nil }
      decay = .plateau(plateau)
    }
    if reader.isEmpty { return }
    guard let steps: Int = reader.value("warm-up"), reader.isEmpty else { return nil }
    warmUp = steps
  }
}
