import Foundation
import TensorIO
import Testing

@testable import Engine
@testable import WGAN

/// The critic's scores of single images.
@Suite struct CriticScoresTests {
  /// The presets have layer norm, batch norm and dropout in the critic.
  @Test(arguments: ["resnet-gp", "dcgan-clip", "keras-gp"])
  func `the scores are those of the estimate on held-out images`(_ preset: String) throws {
    let configuration = try smallConfiguration(preset, "1x8x8")
    let state = TrainingState(initial: configuration)
    let data = try scratchImages(count: 40, shape: [1, 8, 8])
    let pool = try ThreadPool(count: 2)
    let trainer = try Trainer(state, images: data.images(), pool: pool)
    // The running statistics move.
    for _ in 0..<3 { _ = try trainer.step(.critic) }
    let file = ScratchFile()
    try state.write(to: OutputFile(file.path))
    // The samples of both estimates are the same, so their difference is that of the real images.
    let sets = try [7, 1000].map {
      try scratchImages(count: 270, shape: [1, 8, 8], salt: $0).images()
    }
    let estimates = try sets.map {
      try HeldOutEstimate(of: state, on: $0, pool: pool).wasserstein()
    }
    let scores = try CriticScores(TensorFile(file.path), pool: pool)
    let means = try sets.map { images in
      var (sum, sizes) = (0.0, [Int]())
      try scores.compute(for: images) { chunk in
        sum = chunk.reduce(sum) { $0 + Double($1) }
        sizes.append(chunk.count)
      }
      #expect(sizes == [256, 14])
      return sum / 270
    }
    #expect(means[0] != means[1])
    #expect(abs((estimates[0] - estimates[1]) - (means[0] - means[1])) < 1e-12)
  }

  @Test func `images of another shape are an error`() throws {
    let file = ScratchFile()
    try TrainingState(initial: smallConfiguration("mlp-gp")).write(to: OutputFile(file.path))
    let scores = try CriticScores(TensorFile(file.path), pool: ThreadPool(count: 1))
    let images = try scratchImages(count: 3, shape: [1, 6, 7]).images()
    #expect(throws: TrainingError.images("images are 1x6x7 (expected 1x6x6)")) {
      try scores.compute(for: images) { _ in }
    }
  }
}
