import Engine

/// The learning rates of both networks as a function of the number of generator steps.
///
/// Both networks use the number of generator steps, so the ratio of their rates does not depend on
/// the number of critic steps. The rates do not change while only the critic is trained. With rate
/// 0, a step changes no parameter but still updates the moments.
public struct Schedule: Equatable, Sendable {
  /// The learning rate after the warm-up.
  public enum Decay: Equatable, Sendable {
    /// The rate of the optimizer.
    case constant
    /// A linear decrease from the rate of the optimizer to 0 at generator step `steps`; then 0.
    case linear(steps: Int)
    /// The same decrease along half a cosine (Loshchilov & Hutter 2017, equation 5, without
    /// restarts).
    case cosine(steps: Int)
    /// A rate that is reduced when a value stops falling.
    case plateau(Plateau)
  }

  /// The learning rate after the warm-up.
  public var decay: Decay
  /// The number n of generator steps over which a factor rises linearly from 1/n to 1; `nil` for no
  /// warm-up.
  public var warmUp: Int?

  /// Makes a schedule.
  ///
  /// - Parameters:
  ///   - decay: The learning rate after the warm-up.
  ///   - warmUp: The generator steps of the warm-up; `nil` for none.
  public init(_ decay: Decay, warmUp: Int? = nil) {
    (self.decay, self.warmUp) = (decay, warmUp)
  }

  /// The rate of the optimizer, without a warm-up.
  public static let constant = Schedule(.constant)

  /// The settings of a plateau; `nil` for every other schedule.
  var plateau: Plateau? {
    if case .plateau(let plateau) = decay { plateau } else { nil }
  }

  /// The factor of the rates after `done` generator steps.
  func factor(after done: Int) -> Double {
    let factor =
      switch decay {
      case .constant, .plateau: 1.0
      case .linear(let steps): Double(max(0, steps - done)) / Double(steps)
      case .cosine(let steps): halfCosine(min(done, steps), of: steps)
      }
    return factor * (warmUp.map { min(1, Double(done + 1) / Double($0)) } ?? 1)
  }

  /// Returns whether the rates are 0 from generator step `done` on.
  func isOver(after done: Int) -> Bool {
    switch decay {
    case .constant, .plateau: false
    case .linear(let steps), .cosine(let steps): done >= steps
    }
  }

  /// The value that is out of range; `nil` if there is none.
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

/// (1 + cos πx)/2 at x = step/count, without libm, so the bits are the same on every machine.
///
/// The value is 1 − sin²(πx/2) = sin²(π(1 − x)/2). The form with the smaller angle is used. That
/// angle is at most π/4, where the Taylor polynomial of degree 17 has an error below 10⁻¹⁹.
private func halfCosine(_ step: Int, of count: Int) -> Double {
  let isFirstHalf = step <= count - step
  let angle = Double(isFirstHalf ? step : count - step) / Double(count) * (.pi / 2)
  let square = angle * angle
  var series = 1.0
  for degree in stride(from: 17.0, to: 1, by: -2) {
    series = 1 - series * square / (degree * (degree - 1))
  }
  let sine = angle * series
  return isFirstHalf ? 1 - sine * sine : sine * sine
}

/// The learning rates of both networks in one step.
public struct LearningRates: Equatable, Sendable {
  /// The learning rate of the critic.
  public let critic: Double
  /// The learning rate of the generator.
  public let generator: Double
}

extension TrainingConfiguration {
  /// The learning rates of the step that follows this progress.
  func rates(at progress: TrainingProgress) -> LearningRates {
    let factor = schedule.factor(after: progress.generatorSteps)
    return LearningRates(
      critic: (progress.plateau?.critic.rate ?? criticOptimizer.rate) * factor,
      generator: (progress.plateau?.generator.rate ?? generatorOptimizer.rate) * factor)
  }
}

extension Schedule: LosslessStringConvertible {
  /// The text form in a checkpoint: `constant`, `linear 20000`, `cosine 20000 warm-up 500`, or that
  /// of a plateau.
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

  /// Parses the text form. Omitted settings of a plateau have their defaults.
  ///
  /// - Parameter text: The text form.
  /// - Returns: `nil` if the text is not valid.
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
