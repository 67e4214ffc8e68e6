import ArgumentParser
import Engine
import ToolSupport
import WGAN

/// The options that select the latent vectors.
struct LatentOptions: ParsableArguments {
  @Option(
    name: .shortAndLong, parsing: .unconditional,
    help: ArgumentHelp("Number of samples. (default: 64)", valueName: "n"))
  var number: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Seed of the latent vectors; independent of the seed of the run.", valueName: "s"))
  var seed: UInt64 = 0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Number of the first sample, from 0. (default: 0)", valueName: "i"))
  var first: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Interpolate from sample a to sample b along a great circle.", valueName: "a:b"),
    transform: expecting("two sample numbers such as 3:17", { Endpoints($0) }))
  var interpolate: Endpoints?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Number of images of --interpolate, both endpoints included, 2 to 10000. (default: 8)",
      valueName: "k"))
  var steps: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Redraw latent values outside ±t, 0.01 to 100. A smaller t gives more typical images and less \
      variety. If t is far below 2, the latent vectors are shorter than those of the training.
      """,
      valueName: "t"))
  var truncation: Double?

  func validate() throws {
    guard 1...maximumIndex ~= number ?? 1 else {
      throw ValidationError("-n must be between 1 and 2^32 - 1")
    }
    guard 0...maximumIndex ~= first ?? 0, (first ?? 0) + (number ?? 64) <= maximumIndex else {
      throw ValidationError("--first must be at least 0, and --first plus -n less than 2^32")
    }
    if interpolate != nil, number != nil || first != nil {
      throw ValidationError("--interpolate cannot be combined with -n or --first; use --steps")
    }
    guard interpolate != nil || steps == nil else {
      throw ValidationError("--steps needs --interpolate")
    }
    guard 2...10_000 ~= steps ?? 2 else {
      throw ValidationError("--steps must be between 2 and 10000")
    }
    guard 0.01...100 ~= truncation ?? 1 else {
      throw ValidationError("--truncation must be between 0.01 and 100")
    }
  }

  var latents: Latents {
    if let interpolate {
      return Latents(
        seed: seed, from: interpolate.start, to: interpolate.end, steps: steps ?? 8,
        threshold: truncation)
    }
    return Latents(seed: seed, first: first ?? 0, count: number ?? 64, threshold: truncation)
  }

  /// The two samples of an interpolation, as `3:17`.
  struct Endpoints {
    let start: Int, end: Int

    init?(_ text: String) {
      let numbers = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
      guard numbers.count == 2, let start = numbers[0], let end = numbers[1],
        0...maximumIndex ~= start, 0...maximumIndex ~= end
      else { return nil }
      (self.start, self.end) = (start, end)
    }
  }
}

/// The largest sample number.
private let maximumIndex = Int(UInt32.max)
