import Engine

/// More critic steps where the critic lags behind: at the beginning, and now and then.
///
/// Arjovsky's code has 100 for each of the first 25 generator steps and for every 500th
/// (github.com/martinarjovsky/WassersteinGAN, main.py); the paper does not mention it.
public enum CriticWarmUp: Equatable, Sendable {
  /// As many as ever.
  case never
  /// So many critic steps before each of the `first` generator steps, and before each with a number
  /// that `period` divides, counted from 0.
  case steps(Int, first: Int, period: Int)

  /// That of Arjovsky's code.
  static let arjovsky = CriticWarmUp.steps(100, first: 25, period: 500)

  /// The critic steps before the generator step of this number, where they are others than ever.
  func steps(before number: Int) -> Int? {
    guard case .steps(let steps, let first, let period) = self else { return nil }
    return number < first || number % period == 0 ? steps : nil
  }

  /// What is out of range, or `nil`.
  var validationError: String? {
    guard case .steps(let steps, let first, let period) = self else { return nil }
    let counts = 1...TrainingProgress.maximumCount
    guard 1...TrainingConfiguration.maximumCriticSteps ~= steps, counts ~= first, counts ~= period
    else {
      return
        "the critic's warm-up must be 1 to \(TrainingConfiguration.maximumCriticSteps) critic steps, and "
        + "counts of generator steps from 1"
    }
    return nil
  }
}

extension CriticWarmUp: LosslessStringConvertible {
  /// The text form in a checkpoint, as `none` or `100 25 500`.
  public var description: String {
    switch self {
    case .never: "none"
    case .steps(let steps, let first, let period): "\(steps) \(first) \(period)"
    }
  }

  /// Reads the text form; `nil` when it is not one.
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
