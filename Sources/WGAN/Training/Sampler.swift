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

  /// Writes the images of latents as `images`, F32, N×C×H×W on [−1, 1], and commits the output.
  /// `progress` is called now and then with how many are done.
  public func write(
    _ latents: Latents, to output: OutputFile, progress: (Int) -> Void = { _ in }
  ) throws(FileError) {
    let count = latents.count
    let header = TensorHeader(
      kind: "images", metadata: latents.metadata.merging(["range": "-1,1"]) { $1 },
      entries: [
        TensorEntry("images", .f32, [count, shape.channels, shape.height, shape.width])
      ])
    let columns = min(count, Self.chunk)
    func memory(in workspace: Workspace<Float>) -> (slots: Slots<Float>, images: Run<Float>) {
      (
        network.slots(for: .values, columns: columns, in: workspace),
        workspace.numbers(columns * shape.count)
      )
    }
    let size = Workspace<Float>.plan { _ = memory(in: $0) }
    if let refusal = Memory.refusal(of: size, for: "drawing \(columns) samples at a time") {
      throw FileError(.invalid, output.path, refusal)
    }
    let workspace = Workspace<Float>()
    let (slots, images) = memory(in: workspace)
    try withExtendedLifetime(workspace) { () throws(FileError) in
      if count <= Self.chunk {
        generate(latents, 0..<count, slots, into: images)
        return try header.write([images], to: output)
      }
      let writer = try TensorWriter(header, to: output)
      for start in stride(from: 0, to: count, by: Self.chunk) {
        let some = start..<min(start + Self.chunk, count)
        generate(latents, some, slots, into: images)
        try writer.write(images.prefix(some.count * shape.count))
        progress(some.upperBound)
      }
      try writer.finish()
    }
  }

  /// Makes the images of some of the latents, one after another.
  private func generate(
    _ latents: Latents, _ range: Range<Int>, _ slots: Slots<Float>, into images: Run<Float>
  ) {
    let (network, runs, shape) = (network, runs, shape)
    let plane = shape.height * shape.width
    workers.share { share in
      network.derive(runs, share: share)
      share.synchronize()
      let samples = share.columns(of: 0..<range.count)
      if samples.isEmpty { return }
      latents.draw(into: slots[0].columns(samples), from: range.lowerBound + samples.lowerBound)
      network.forward(runs, slots, 0..<range.count, .sampling, share: share)
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
