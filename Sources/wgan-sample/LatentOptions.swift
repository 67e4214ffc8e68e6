import ArgumentParser
import Engine
import WGAN

/// Which latents to draw images of.
struct LatentOptions: ParsableArguments {
  @Option(
    name: .shortAndLong, parsing: .unconditional,
    help: ArgumentHelp("Draw so many samples. (default: 64)", valueName: "n"))
  var number: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The seed of the latents; the checkpoint's own plays no part.", valueName: "s"))
  var seed: UInt64 = 0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Begin with this sample of the seed, from 0.", valueName: "i"))
  var first: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Draw the way from sample a of the seed to sample b, along a great circle.", valueName: "a:b")
  )
  var interpolate: Ends?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many images the way has, both ends included. (default: 8)", valueName: "k"))
  var steps: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Draw numbers of the latent beyond ±t again: more typical images, less variety. Far below 2 the \
      latents are shorter than any that it was trained on.
      """,
      valueName: "t"))
  var truncation: Double?

  func validate() throws {
    guard 1...most ~= number ?? 1 else {
      throw ValidationError("-n must be at least 1, less than 2^32")
    }
    guard 0...most ~= first ?? 0, (first ?? 0) + (number ?? 64) <= most else {
      throw ValidationError("--first must be at least 0, and --first plus -n less than 2^32")
    }
    if interpolate != nil, number != nil || first != nil {
      throw ValidationError("--interpolate takes --steps, not -n or --first")
    }
    guard interpolate != nil || steps == nil else {
      throw ValidationError("--steps needs --interpolate")
    }
    guard 2...10_000 ~= steps ?? 2 else {
      throw ValidationError("--steps must be at least 2, at most 10000")
    }
    guard 0.01...100 ~= truncation ?? 1 else {
      throw ValidationError("--truncation must be at least 0.01, at most 100")
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

  /// Two samples, as `3:17`.
  struct Ends: ExpressibleByArgument {
    let start: Int, end: Int

    init?(argument: String) {
      let numbers = argument.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
      guard numbers.count == 2, let start = numbers[0], let end = numbers[1],
        0...most ~= start, 0...most ~= end
      else { return nil }
      (self.start, self.end) = (start, end)
    }
  }
}

/// The last sample of a seed.
private let most = Int(UInt32.max)
