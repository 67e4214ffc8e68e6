import Engine

/// Additional critic steps at the start of a run and at regular intervals.
///
/// The code of Arjovsky et al. does 100 critic steps before each of the first 25 generator steps
/// and before every 500th (github.com/martinarjovsky/WassersteinGAN, main.py). The paper does not
/// mention them.
public enum CriticWarmUp: Equatable, Sendable {
  /// ``TrainingConfiguration/criticSteps`` before every generator step.
  case never
  /// A number of critic steps before each of the `first` generator steps, and before each generator
  /// step whose number, counted from 0, is a multiple of `period`.
  case steps(Int, first: Int, period: Int)

  /// The warm-up in the code of Arjovsky et al.
  static let arjovsky = CriticWarmUp.steps(100, first: 25, period: 500)

  /// The number of critic steps before generator step `number`; `nil` for the usual number.
  func steps(before number: Int) -> Int? {
    guard case .steps(let steps, let first, let period) = self else { return nil }
    return number < first || number % period == 0 ? steps : nil
  }

  /// The value that is out of range; `nil` if there is none.
  var validationError: String? {
    guard case .steps(let steps, let first, let period) = self else { return nil }
    let counts = 1...TrainingProgress.maximumCount
    guard 1...TrainingConfiguration.maximumCriticSteps ~= steps, counts ~= first, counts ~= period
    else {
      return
        "the critic warm-up must have 1 to \(TrainingConfiguration.maximumCriticSteps) critic steps "
        + "and generator steps of at least 1"
    }
    return nil
  }
}

extension CriticWarmUp: LosslessStringConvertible {
  /// The text form in a checkpoint, such as `none` or `100 25 500`.
  public var description: String {
    switch self {
    case .never: "none"
    case .steps(let steps, let first, let period): "\(steps) \(first) \(period)"
    }
  }

  /// Parses the text form.
  ///
  /// - Parameter text: The text form.
  /// - Returns: `nil` if the text is not valid.
  public init?(_ text: String) {
    if text == "none" {
      self = .never
      return
    }
    let numbers = text.split(separator: " ").map { Int($0) }
    guard numbers.count == 3, let steps = numbers[0], let first = numbers[1],
      let period = numbers[2]
    else { return nil }
    self = .steps(steps, first: first, period: period)
  }
}
