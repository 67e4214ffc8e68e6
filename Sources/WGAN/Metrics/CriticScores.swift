import Engine
import TensorIO

/// The scores C(x) that a checkpoint's critic gives to images.
///
/// The critic is in evaluation mode, as in ``HeldOutEstimate``: without dropout, and with the running
/// statistics of batch norm. So a score is a function of the checkpoint and one image. It does not
/// depend on the other images, nor on the number of threads.
public struct CriticScores {
  /// The shape of an image.
  public let image: Shape
  private let network: Network
  private let store: ParameterStore<Float>
  private let pool: ThreadPool

  /// The maximum number of images in memory.
  private static let chunk = 256

  /// Reads the critic of a checkpoint. The values of all other tensors are not read.
  ///
  /// - Parameters:
  ///   - checkpoint: The checkpoint.
  ///   - pool: The threads that compute the scores.
  /// - Throws: `FileError` if the file is not a valid checkpoint.
  public init(_ checkpoint: TensorFile, pool: ThreadPool) throws(FileError) {
    let (configuration, _, layout) = try CheckpointLayout.read(checkpoint)
    image = configuration.image
    network = configuration.criticNetwork
    store = try layout.store("critic.", network, of: checkpoint)
    self.pool = pool
  }

  /// Computes the scores of images, some at a time.
  ///
  /// - Parameters:
  ///   - images: The images.
  ///   - body: Called with the scores of consecutive images, in order. A score is not finite if the
  ///     critic overflows.
  /// - Throws: `TrainingError.images` if the images do not have the shape of the checkpoint's,
  ///   `TrainingError.memory` if there is too little memory; what `body` throws.
  public func compute(for images: TrainingImages, _ body: ([Float]) throws -> Void) throws {
    guard images.shape == image else {
      throw TrainingError.images("images are \(images.shape) (expected \(image))")
    }
    let columns = min(images.count, Self.chunk)
    let size = Workspace<Float>.plan {
      _ = network.activations(for: .values, columns: columns, in: $0)
    }
    if let shortage = Memory.shortage(of: size, for: "scoring \(columns) images at a time") {
      throw TrainingError.memory(shortage)
    }
    let activations = network.activations(for: .values, columns: columns, in: Workspace<Float>())
    pool.run { [network, store] slice in network.prepareWeights(store, slice: slice) }
    for start in stride(from: 0, to: images.count, by: columns) {
      let count = min(columns, images.count - start)
      score(images, start..<start + count, activations)
      try body((0..<count).map { activations.result[0, $0] })
    }
  }

  private func score(
    _ images: TrainingImages, _ range: Range<Int>, _ activations: Activations<Float>
  ) {
    pool.run { [network, store] slice in
      let own = slice.columns(of: 0..<range.count)
      let indices = own.map { UInt32(range.lowerBound + $0) }
      images.gather(indices[...], into: activations[0].columns(own))
      network.forward(store, activations, 0..<range.count, .sampling, slice: slice)
    }
  }
}
