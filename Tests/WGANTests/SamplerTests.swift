import Foundation
import TensorIO
import Testing

@testable import WGAN

@Suite struct SamplerTests {
  @Test func `sample i is the same for every count, first and number of threads`() throws {
    let state = TrainingState(initial: try smallConfiguration("mlp-gp"))
    let all = try samples(state, first: 0, count: 600, threads: 1)
    #expect(all.count == 600 * 36)
    #expect(all.allSatisfy { abs($0) <= 1 } && Set(all).count > 10_000)
    for (first, count, threads) in [(0, 1, 1), (5, 7, 2), (255, 2, 1), (300, 300, 3), (599, 1, 5)] {
      let some = try samples(state, first: first, count: count, threads: threads)
      #expect(some == Array(all[first * 36..<(first + count) * 36]))
    }
    let other = try samples(state, first: 0, count: 600, threads: 1, seed: 2)
    #expect(zip(all, other).count { $0 == $1 } < 100)
  }

  private func samples(
    _ state: TrainingState, first: Int, count: Int, threads: Int, seed: UInt64 = 1
  ) throws -> [Float] {
    let file = ScratchFile()
    try Sampler(state, workers: Workers(count: threads))
      .write(first: first, count: count, seed: seed, to: OutputFile(file.path))
    let tensor = try TensorFile(file.path)
    #expect(tensor.header["images"]?.shape == [count, 1, 6, 6])
    #expect(tensor.header.metadata["range"] == "-1,1")
    return try #require(tensor.numbers(of: "images"))
  }
}
