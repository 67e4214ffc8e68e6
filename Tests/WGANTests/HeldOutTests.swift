import Foundation
import TensorIO
import Testing

@testable import Engine
@testable import WGAN

/// The Wasserstein estimate on images that are not used for training.
@Suite struct HeldOutTests {
  @Test(arguments: [5, 64, 150])
  func `pitfall 2: the held-out estimate is mean C of all images minus mean C of as many samples`(
    _ count: Int
  ) throws {
    var configuration = try smallConfiguration("mlp-clip")
    configuration.generator = try #require(Architecture("dense 36; tanh"))
    // The estimate does not use dropout.
    configuration.critic = try #require(Architecture("dropout 0.5; dense 1"))
    let state = TrainingState(initial: configuration)
    let images = try scratchImages(count: count, salt: 5)
    let estimate = try HeldOutEstimate(
      of: state, on: images.images(), pool: ThreadPool(count: 1)
    ).wasserstein()

    let w = numbers(state.critic.store.parameters)
    let g = numbers(state.generator.store.parameters)
    func critic(_ x: [Double]) -> Double { zip(w, x).reduce(w[36]) { $0 + $1.0 * $1.1 } }
    let file = try TensorFile(images.file.path)
    let pixels: [UInt8] = try #require(file.numbers(of: "images"))
    var expected = 0.0
    let workspace = Workspace<Float>()
    withExtendedLifetime(workspace) {
      let latents = workspace.matrix(rows: 9, columns: count)
      Float.fillNormal(latents, key: 7, stream: 11, step: 0, first: 0)
      for sample in 0..<count {
        let real = (0..<36).map { Double(pixels[sample * 36 + $0]) * 2 / 255 - 1 }
        let fake = (0..<36).map { row in
          tanh((0..<9).reduce(g[324 + row]) { $0 + g[row * 9 + $1] * Double(latents[$1, sample]) })
        }
        expected += (critic(real) - critic(fake)) / Double(count)
      }
    }
    #expect(abs(estimate - expected) < 1e-6 && abs(expected) > 1e-3)
  }

  @Test(arguments: ["dcgan-clip", "keras-gp", "resnet-gp"])
  func `the estimate does not depend on the number of threads and does not change the state`(
    _ preset: String
  ) throws {
    let configuration = try smallConfiguration(preset, "1x8x8")
    let state = TrainingState(initial: configuration)
    let images = try scratchImages(count: 90, shape: [1, 8, 8])
    let before = state.numbers
    let estimates = try [1, 2, 3].map { threads in
      let estimate = try HeldOutEstimate(
        of: state, on: images.images(), pool: ThreadPool(count: threads))
      return estimate.json(estimate.wasserstein())
    }
    #expect(Set(estimates).count == 1)
    let isSame = before == state.numbers
    #expect(isSame)
    #expect(
      estimates[0].contains(
        /^\{"epoch":0,"generator_step":0,"critic_step":0,"held_out_wasserstein":-?[\d.e-]+\}$/))
  }

  @Test func `images of another shape are refused`() throws {
    let state = TrainingState(initial: try smallConfiguration("mlp-gp"))
    let images = try scratchImages(count: 10, shape: [1, 8, 8])
    #expect(throws: TrainingError.self) {
      try HeldOutEstimate(of: state, on: images.images(), pool: ThreadPool(count: 1))
    }
  }

  private func numbers(_ run: Buffer<Float>) -> [Double] { (0..<run.count).map { Double(run[$0]) } }
}
