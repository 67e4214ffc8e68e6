import Engine
import TensorIO

/// Draws images from a generator.
///
/// Sample i of a seed is the same whoever asks for it, with whichever others, on any number of
/// threads: its latent is a function of (seed, i), and a product's columns do not depend on each
/// other.
public struct Sampler {
  private let shape: Shape
  private let network: Network
  private let store: ParameterStore<Float>
  private let pool: ThreadPool
  /// Samples made at a time, for the memory's sake alone.
  private static let chunk = 256

  /// A sampler of the state's generator.
  public init(_ state: TrainingState, pool: ThreadPool) {
    (shape, network, store) = (
      state.configuration.image, state.generator.network, state.generator.store
    )
    self.pool = pool
  }

  /// A sampler of a checkpoint's generator; of the rest it reads only what it is.
  ///
  /// - Throws: as `TrainingState`.
  public init(_ checkpoint: TensorFile, pool: ThreadPool) throws(FileError) {
    let (configuration, network, store) = try ParameterStore.generator(of: checkpoint)
    (shape, self.network, self.store) = (configuration.image, network, store)
    self.pool = pool
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
    func memory(in workspace: Workspace<Float>) -> (
      activations: Activations<Float>, images: Buffer<Float>
    ) {
      (
        network.activations(for: .values, columns: columns, in: workspace),
        workspace.buffer(columns * shape.count)
      )
    }
    let size = Workspace<Float>.plan { _ = memory(in: $0) }
    if let refusal = Memory.shortage(of: size, for: "drawing \(columns) samples at a time") {
      throw FileError(.invalid, output.path, refusal)
    }
    let workspace = Workspace<Float>()
    let (activations, images) = memory(in: workspace)
    try withExtendedLifetime(workspace) { () throws(FileError) in
      if count <= Self.chunk {
        generate(latents, 0..<count, activations, into: images)
        return try header.write([images], to: output)
      }
      let writer = try TensorWriter(header, to: output)
      for start in stride(from: 0, to: count, by: Self.chunk) {
        let some = start..<min(start + Self.chunk, count)
        generate(latents, some, activations, into: images)
        try writer.write(images.prefix(some.count * shape.count))
        progress(some.upperBound)
      }
      try writer.finish()
    }
  }

  /// Makes the images of some of the latents, one after another.
  private func generate(
    _ latents: Latents, _ range: Range<Int>, _ activations: Activations<Float>,
    into images: Buffer<Float>
  ) {
    let (network, store, shape) = (network, store, shape)
    let plane = shape.height * shape.width
    pool.run { slice in
      network.prepareWeights(store, slice: slice)
      slice.synchronize()
      let samples = slice.columns(of: 0..<range.count)
      if samples.isEmpty { return }
      latents.draw(
        into: activations[0].columns(samples), from: range.lowerBound + samples.lowerBound)
      network.forward(store, activations, 0..<range.count, .sampling, slice: slice)
      let made = activations.result
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
