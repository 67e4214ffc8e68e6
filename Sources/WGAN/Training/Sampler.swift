import TensorIO

/// Draws images from a generator.
///
/// Sample i of a seed is the same whoever asks for it, with whichever others, on any number of
/// threads: its latent is a function of (seed, i), and a product's columns do not depend on each
/// other.
public struct Sampler {
  private let shape: ImageShape
  private let network: Network
  private let runs: ParameterRuns<Float>
  private let workers: Workers
  /// Samples made at a time, for the memory's sake alone.
  private static let chunk = 256

  /// A sampler of the state's generator.
  public init(_ state: TrainingState, workers: Workers) {
    (shape, network, runs) = (
      state.configuration.image, state.generator.network, state.generator.runs
    )
    self.workers = workers
  }

  /// A sampler of a checkpoint's generator; of the rest it reads only what it is.
  ///
  /// - Throws: as `TrainingState`.
  public init(_ checkpoint: TensorFile, workers: Workers) throws(FileError) {
    let (configuration, network, runs) = try ParameterRuns.generator(of: checkpoint)
    (shape, self.network, self.runs) = (configuration.image, network, runs)
    self.workers = workers
  }

  /// Writes samples `first` to `first + count - 1` of a seed as `images`, F32, N×C×H×W on [−1, 1],
  /// and commits the output. `progress` is called now and then with how many are done.
  ///
  /// - Precondition: count ≥ 1, and first + count ≤ 2³².
  public func write(
    first: Int, count: Int, seed: UInt64, to output: OutputFile, progress: (Int) -> Void = { _ in }
  ) throws(FileError) {
    let header = TensorHeader(
      kind: "images",
      metadata: ["range": "-1,1", "sample.seed": "\(seed)", "sample.first": "\(first)"],
      entries: [
        TensorEntry("images", .f32, [count, shape.channels, shape.height, shape.width])
      ])
    let workspace = Workspace<Float>()
    let columns = min(count, Self.chunk)
    let slots: Slots<Float> = network.slots(
      for: .values, columns: columns, in: workspace)
    let images = workspace.numbers(columns * shape.count)
    try withExtendedLifetime(workspace) { () throws(FileError) in
      if count <= Self.chunk {
        generate(first: first, count: count, seed: seed, slots, into: images)
        return try header.write([images], to: output)
      }
      let writer = try TensorWriter(header, to: output)
      for start in stride(from: 0, to: count, by: Self.chunk) {
        let some = min(Self.chunk, count - start)
        generate(first: first + start, count: some, seed: seed, slots, into: images)
        try writer.write(images.prefix(some * shape.count))
        progress(start + some)
      }
      try writer.finish()
    }
  }

  /// Makes `count` samples, image after image.
  func generate(
    first: Int, count: Int, seed: UInt64, _ slots: Slots<Float>, into images: Run<Float>
  ) {
    let (network, runs, shape) = (network, runs, shape)
    let plane = shape.height * shape.width
    workers.share { share in
      network.derive(runs, share: share)
      share.synchronize()
      let samples = share.columns(of: 0..<count)
      if samples.isEmpty { return }
      Float.fillNormal(
        slots[0].columns(samples), key: seed, stream: RandomStream.sampling.rawValue, step: 0,
        first: UInt32(first + samples.lowerBound))
      network.forward(runs, slots, 0..<count, .sampling, share: share)
      let made = slots.result
      for sample in samples {
        let image = images[sample * made.rows..<(sample + 1) * made.rows]
        for channel in 0..<shape.channels {
          for place in 0..<plane {
            image[channel * plane + place] = made[place * shape.channels + channel, sample]
          }
        }
      }
    }
  }
}
