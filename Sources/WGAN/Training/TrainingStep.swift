import Engine
import Synchronization

/// The training step of the critic and that of the generator (Arjovsky et al. 2017, algorithm 1;
/// Gulrajani et al. 2017, algorithm 1). Training uses single precision; tests also use double.
///
/// All threads do a step together and wait for each other between its stages. They divide the
/// samples (draw, generate, *differentiate*), the rows of the weights (*weightGradient*) and the
/// parameters (*update*). No result depends on the division.
final class TrainingStep<S: Scalar> {
  let images: TrainingImages
  let critic: CriticObjective<S>
  let generator: GeneratorObjective<S>
  private(set) var order: DataOrder
  private let networks: NetworkPair<S>
  private let configuration: TrainingConfiguration
  private let pool: ThreadPool
  /// The running statistics of both networks before the step. Its passes change them, and a step
  /// whose gradient is not finite restores them.
  private let statistics: (generator: Buffer<S>, critic: Buffer<S>)
  private var key: UInt64 { configuration.seed }

  /// Makes the training step of two networks, with the memory for a batch in `workspace`.
  init(
    of networks: NetworkPair<S>, _ configuration: TrainingConfiguration, images: TrainingImages,
    pool: ThreadPool, in workspace: Workspace<S> = Workspace()
  ) {
    (self.networks, self.configuration) = (networks, configuration)
    (self.images, self.pool) = (images, pool)
    critic = CriticObjective(
      networks.critic.network, batchSize: configuration.batchSize,
      penaltyWeight: configuration.constraint.penaltyWeight, in: workspace)
    generator = GeneratorObjective(networks.generator.network, critic: critic, in: workspace)
    order = DataOrder(count: images.count)
    statistics = (
      workspace.buffer(networks.generator.store.buffers.count),
      workspace.buffer(networks.critic.store.buffers.count)
    )
  }

  /// Updates the critic once, with the next batch of the epoch.
  ///
  /// - Throws: `TrainingError.notFinite`. The networks are then as before.
  func updateCritic(at progress: TrainingProgress) throws(TrainingError) -> CriticMetrics {
    order.shuffle(epoch: progress.epoch, key: key)
    let (critic, generator, images, key) = (critic, generator, images, key)
    let (criticNetwork, generatorNetwork) = (networks.critic, networks.generator)
    let (rate, interpolation) = (
      configuration.rates(at: progress).critic, configuration.interpolation
    )
    let first = progress.batch * critic.batchSize
    let step = UInt32(truncatingIfNeeded: progress.criticSteps)
    let constraint = configuration.constraint
    let batch = order.indices[first..<first + critic.batchSize]
    let number = configuration.criticUpdates + progress.criticSteps + 1
    let isFinite = update(criticNetwork, rate, step: number, constraint) { slice in
      let own = slice.columns(of: 0..<critic.batchSize)
      let offset = UInt32(own.lowerBound)
      criticNetwork.network.prepareWeights(criticNetwork.store, slice: slice)
      generatorNetwork.network.prepareWeights(generatorNetwork.store, slice: slice)
      S.fillNormal(
        generator.latents.columns(own), key: key, stream: RandomStream.criticNoise.rawValue,
        step: step, first: offset)
      interpolation.draw(
        into: critic.interpolation.columns(own), key: key, step: step, first: offset)
      generator.drawMasks(key: key, stream: .generatorDropoutForCritic, step: step, slice: slice)
      slice.synchronize()
      generator.generate(generatorNetwork.store, slice: slice)
      slice.synchronize()
      for chunk in critic.chunks {
        let own = slice.columns(of: 0..<chunk.count)
        let samples = own.shifted(by: chunk.lowerBound)
        images.gather(
          batch[samples.shifted(by: first)], into: critic.real(chunk).columns(own))
        critic.fake(chunk).columns(own).copy(generator.samples.columns(samples))
        critic.drawMasks(chunk, key: key, step: step, slice: slice)
        slice.synchronize()
        critic.differentiate(criticNetwork.store, chunk, slice: slice)
        slice.synchronize()
        critic.weightGradient(criticNetwork.store, chunk, slice: slice)
        slice.synchronize()
      }
      criticNetwork.network.finishWeightGradient(criticNetwork.store, slice: slice)
    } objective: {
      critic.metrics().objective
    }
    guard isFinite else { throw .notFinite("critic step \(progress.criticSteps + 1)") }
    return critic.metrics()
  }

  /// Updates the generator once.
  ///
  /// - Returns: The mean of C over the samples.
  /// - Throws: `TrainingError.notFinite`. The networks are then as before.
  func updateGenerator(at progress: TrainingProgress) throws(TrainingError) -> Double {
    let (critic, generator, key) = (critic, generator, key)
    let (criticNetwork, generatorNetwork) = (networks.critic, networks.generator)
    let (rate, done) = (configuration.rates(at: progress).generator, progress.generatorSteps)
    let step = UInt32(truncatingIfNeeded: done)
    let number = configuration.generatorUpdates + done + 1
    let isFinite = update(generatorNetwork, rate, step: number, nil) { slice in
      let own = slice.columns(of: 0..<critic.batchSize)
      criticNetwork.network.prepareWeights(criticNetwork.store, slice: slice)
      generatorNetwork.network.prepareWeights(generatorNetwork.store, slice: slice)
      S.fillNormal(
        generator.latents.columns(own), key: key, stream: RandomStream.generatorNoise.rawValue,
        step: step, first: UInt32(own.lowerBound))
      generator.drawMasks(key: key, stream: .generatorDropout, step: step, slice: slice)
      slice.synchronize()
      generator.generate(generatorNetwork.store, slice: slice)
      slice.synchronize()
      for chunk in critic.chunks {
        generator.drawCriticMasks(chunk, key: key, step: step, slice: slice)
        generator.scoreSamples(criticNetwork.store, chunk, slice: slice)
        // The next chunk may be shorter, and then other threads own its columns.
        slice.synchronize()
      }
      generator.differentiate(generatorNetwork.store, slice: slice)
      slice.synchronize()
      generator.weightGradient(generatorNetwork.store, slice: slice)
      generatorNetwork.network.finishWeightGradient(generatorNetwork.store, slice: slice)
    } objective: {
      generator.criticMean()
    }
    guard isFinite else { throw .notFinite("generator step \(done + 1)") }
    return generator.criticMean()
  }

  /// Updates a network: all threads compute its gradient. If the gradient and the loss are finite,
  /// they update the parameters and clip them if the constraint is weight clipping.
  ///
  /// - Returns: Whether the gradient and the loss are finite.
  private func update(
    _ network: TrainedNetwork<S>, _ rate: Double, step: Int, _ constraint: Constraint?,
    differentiate: @Sendable (WorkerSlice) -> Void, objective: @Sendable () -> Double
  ) -> Bool {
    let isFinite = Atomic(true)
    statistics.generator.copy(networks.generator.store.buffers)
    statistics.critic.copy(networks.critic.store.buffers)
    let optimizer = network.optimizer.with(rate: rate)
    pool.run { slice in
      differentiate(slice)
      if !network.network.isFinite(network.store.gradients, slice: slice)
        || slice.index == 0 && !objective().isFinite
      {
        isFinite.store(false, ordering: .relaxed)
      }
      slice.synchronize()
      guard isFinite.load(ordering: .relaxed) else { return }
      let range = slice.range(of: network.store.count, unit: 64)
      if range.isEmpty { return }
      optimizer.update(network.store, range, step: step)
      if case .clip(let bound) = constraint {
        S.clamp(network.store.parameters[range], bound: S(bound))
      }
    }
    if isFinite.load(ordering: .relaxed) { return true }
    networks.generator.store.buffers.copy(statistics.generator)
    networks.critic.store.buffers.copy(statistics.critic)
    return false
  }
}
