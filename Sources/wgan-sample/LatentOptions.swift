import ArgumentParser
import Engine
import TensorIO
import ToolSupport
import WGAN

/// The options that select the latent vectors.
struct LatentOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Use the latent vectors of this tensor file instead of random ones: the tensor "latents", F32, N x \
      latent size. -n, --first and --interpolate select among them. - is standard input.
      """,
      valueName: "file"), completion: .file())
  var latents: String?

  @Option(
    help: ArgumentHelp(
      "Write the latent vectors of the samples to this tensor file.", valueName: "file"),
    completion: .file())
  var saveLatents: String?

  @Option(
    name: .shortAndLong, parsing: .unconditional,
    help: ArgumentHelp("Number of samples. (default: 64, or all of --latents)", valueName: "n"))
  var number: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Seed of the latent vectors; independent of the seed of the run. (default: 0)", valueName: "s"
    ))
  var seed: UInt64?

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
      variety. If t is far below 2, the latent vectors have a smaller norm than in training.
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
    if latents == nil { return }
    for (name, isGiven) in [
      ("--seed", seed != nil), ("--truncation", truncation != nil),
      ("--save-latents", saveLatents != nil),
    ] where isGiven {
      throw ValidationError("--latents cannot be combined with \(name)")
    }
  }

  /// Reads or selects the latent vectors for a generator.
  func selection(for generator: Generator) throws -> Latents {
    if let latents { return try selection(of: .checkpoint(latents), size: generator.latent) }
    let seed = seed ?? 0
    if let interpolate {
      return Latents(
        seed: seed, from: interpolate.start, to: interpolate.end, steps: steps ?? 8,
        threshold: truncation)
    }
    return Latents(seed: seed, first: first ?? 0, count: number ?? 64, threshold: truncation)
  }

  private func selection(of file: TensorFile, size: Int) throws -> Latents {
    let vectors = try LatentFile(file, size: size)
    func require(_ last: Int, _ option: String) throws {
      if last < vectors.count { return }
      throw FileError(
        .usage, file.path,
        "has \(vectors.count) latent vectors, numbered from 0; \(option) needs number \(last)")
    }
    if let interpolate {
      try require(max(interpolate.start, interpolate.end), "--interpolate")
      return Latents(vectors, from: interpolate.start, to: interpolate.end, steps: steps ?? 8)
    }
    let first = first ?? 0
    try require(first, "--first")
    let count = number ?? vectors.count - first
    try require(first + count - 1, "-n")
    return Latents(vectors, first: first, count: count)
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
