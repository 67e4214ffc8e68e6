import Foundation
import TensorIO
import Testing

@testable import Engine
@testable import WGAN

@Suite struct SamplerTests {
  /// The presets have dense layers, and convolutions with batch norm.
  @Test(arguments: ["mlp-gp", "quick"])
  func `pitfall 23: sample i does not depend on the count, the first sample and the threads`(
    _ preset: String
  ) throws {
    let state = TrainingState(initial: try smallConfiguration(preset, "1x8x8"))
    let all = try samples(state, first: 0, count: 600, threads: 1)
    #expect(all.count == 600 * 64)
    #expect(all.allSatisfy { abs($0) <= 1 } && Set(all).count > 10_000)
    for (first, count, threads) in [(0, 1, 1), (5, 7, 2), (255, 2, 1), (300, 300, 3), (599, 1, 5)] {
      let some = try samples(state, first: first, count: count, threads: threads)
      let isSame = some == Array(all[first * 64..<(first + count) * 64])
      #expect(isSame)
    }
    let other = try samples(state, first: 0, count: 600, threads: 1, seed: 2)
    #expect(zip(all, other).count { $0 == $1 } < 100)
  }

  private func samples(
    _ state: TrainingState, first: Int, count: Int, threads: Int, seed: UInt64 = 1
  ) throws -> [Float] {
    let file = ScratchFile()
    try Sampler(state, pool: ThreadPool(count: threads))
      .write(Latents(seed: seed, first: first, count: count), to: OutputFile(file.path))
    let tensor = try TensorFile(file.path)
    #expect(tensor.header["images"]?.shape == [count, 1, 8, 8])
    #expect(tensor.header.metadata["range"] == "-1,1")
    return try #require(tensor.numbers(of: "images"))
  }
}
