import Engine
import TensorIO

/// Generates images.
///
/// Sample i of a seed does not depend on the other samples that are generated with it, nor on the
/// number of threads: its latent vector is a function of the seed and i, and the columns of a
/// matrix product are independent.
public struct Sampler {
  private let shape: Shape
  private let network: Network
  private let store: ParameterStore<Float>
  private let pool: ThreadPool
  /// The maximum number of samples in memory.
  private static let chunk = 256

  /// Makes a sampler of a state's generator.
  ///
  /// - Parameters:
  ///   - state: The state. Its generator must not be trained while this sampler writes.
  ///   - pool: The threads that compute the images.
  public init(_ state: TrainingState, pool: ThreadPool) {
    self.init(Generator(state), pool: pool)
  }

  /// Makes a sampler of a checkpoint's generator. The values of all other tensors are not read.
  ///
  /// - Parameters:
  ///   - checkpoint: The checkpoint.
  ///   - pool: The threads that compute the images.
  /// - Throws: `FileError` if the file is not a valid checkpoint.
  public init(_ checkpoint: TensorFile, pool: ThreadPool) throws(FileError) {
    self.init(try Generator(checkpoint), pool: pool)
  }

  /// Makes a sampler of a generator.
  ///
  /// - Parameters:
  ///   - generator: The generator.
  ///   - pool: The threads that compute the images.
  public init(_ generator: Generator, pool: ThreadPool) {
    (shape, network, store) = (generator.image, generator.network, generator.store)
    self.pool = pool
  }

  /// Writes images as the tensor `images`, F32, N × C × H × W, with values from −1 to 1, and
  /// commits the output.
  ///
  /// - Parameters:
  ///   - latents: The latent vectors of the images. Those of a file have the latent size of the generator.
  ///   - output: The file to write.
  ///   - progress: Called repeatedly with the number of images written so far.
  /// - Throws: `FileError` if there is too little memory or the output cannot be written.
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
    if let shortage = Memory.shortage(of: size, for: "generating \(columns) samples at a time") {
      throw FileError(.invalid, output.path, shortage)
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
        let range = start..<min(start + Self.chunk, count)
        generate(latents, range, activations, into: images)
        try writer.write(images.prefix(range.count * shape.count))
        progress(range.upperBound)
      }
      try writer.finish()
    }
  }

  /// Computes the images of a range of the latent vectors, one after another in `images`.
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
      let result = activations.result
      for sample in samples {
        let image = images[sample * result.rows..<(sample + 1) * result.rows]
        for channel in 0..<shape.channels {
          for position in 0..<plane {
            image[channel * plane + position] = result[position * shape.channels + channel, sample]
          }
        }
      }
    }
  }
}
