import Engine
import MetricsFormat
import TensorIO

/// The Wasserstein estimate on real images that are not used for training: mean C(real) − mean
/// C(G(z)) over all of them and as many samples. Both networks are in evaluation mode: without
/// dropout, and with the running statistics of batch norm.
///
/// An overfitted critic separates its training images from samples better than these images. So if
/// this estimate falls and that of the training steps stays large, the critic overfits (Gulrajani
/// et al. 2017, "Meaningful loss curves and detecting overfitting").
public final class HeldOutEstimate {
  private let state: TrainingState
  private let images: TrainingImages
  private let pool: ThreadPool
  private let generator: Activations<Float>, critic: Activations<Float>

  /// The maximum number of samples of each kind in memory.
  private static let chunk = 64

  /// Makes an estimate of a state, which uses the networks at the time of each call.
  ///
  /// - Parameters:
  ///   - state: The state.
  ///   - images: The held-out images.
  ///   - pool: The threads that compute the estimate. Their number does not change the result.
  /// - Throws: `TrainingError.images` if the images do not have the shape of the configuration.
  public init(
    of state: TrainingState, on images: TrainingImages, pool: ThreadPool
  ) throws(TrainingError) {
    guard images.shape == state.configuration.image else {
      throw .images("images are \(images.shape), the network's are \(state.configuration.image)")
    }
    (self.state, self.images, self.pool) = (state, images, pool)
    let workspace = Workspace<Float>()
    let count = min(images.count, Self.chunk)
    generator = state.generator.network.activations(for: .values, columns: count, in: workspace)
    critic = state.critic.network.activations(for: .values, columns: 2 * count, in: workspace)
  }

  /// Returns a line of the metrics with the completed epochs, the steps and an estimate.
  public func json(_ estimate: Double) -> String {
    MetricsLine.json([
      (.epoch, .integer(state.progress.epoch)),
      (.generatorStep, .integer(state.progress.generatorSteps)),
      (.criticStep, .integer(state.progress.criticSteps)),
      (.heldOutWasserstein, .number(estimate)),
    ])
  }

  /// Returns the estimate, summed in a fixed order in Double. The latent vectors are always the
  /// same, so two estimates differ only because the networks differ.
  ///
  /// It is not finite where the scores of the critic overflow.
  public func wasserstein() -> Double {
    let (generatorNetwork, criticNetwork) = (state.generator, state.critic)
    pool.run { slice in
      generatorNetwork.network.prepareWeights(generatorNetwork.store, slice: slice)
      criticNetwork.network.prepareWeights(criticNetwork.store, slice: slice)
    }
    var (real, fake) = (0.0, 0.0)
    for start in stride(from: 0, to: images.count, by: Self.chunk) {
      let count = min(Self.chunk, images.count - start)
      score(start..<start + count)
      for column in 0..<count {
        real += Double(critic.result[0, column])
        fake += Double(critic.result[0, count + column])
      }
    }
    return (real - fake) / Double(images.count)
  }

  /// Computes C of a range of the images, and of as many samples, in adjacent columns.
  private func score(_ range: Range<Int>) {
    let (generator, critic, images) = (generator, critic, images)
    let (generatorNetwork, criticNetwork) = (state.generator, state.critic)
    let (count, key) = (range.count, state.configuration.seed)
    pool.run { slice in
      let own = slice.columns(of: 0..<count)
      let indices = own.map { UInt32(range.lowerBound + $0) }
      images.gather(indices[...], into: critic[0].columns(own))
      Float.fillNormal(
        generator[0].columns(own), key: key, stream: RandomStream.heldOutNoise.rawValue, step: 0,
        first: UInt32(range.lowerBound + own.lowerBound))
      generatorNetwork.network.forward(
        generatorNetwork.store, generator, 0..<count, .sampling, slice: slice)
      critic[0].columns(own.shifted(by: count)).copy(generator.result.columns(own))
      slice.synchronize()
      criticNetwork.network.forward(
        criticNetwork.store, critic, 0..<2 * count, .sampling, slice: slice)
    }
  }
}
