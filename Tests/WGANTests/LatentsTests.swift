import Foundation
import Testing

@testable import Engine
@testable import WGAN

/// Latent vectors: interpolation and truncation.
@Suite struct LatentsTests {
  @Test(arguments: [1.0, 0.999_999, 0.7, 0.0, -0.4, -0.99], [1, 2, 3, 7, 50])
  func `an arc is divided into equal angles`(_ cosine: Double, _ parts: Int) {
    let weights = Slerp(cosine: cosine, parts: parts)
    #expect(weights[0] == (1, 0) && weights[parts] == (0, 1))
    let angle = acos(cosine)
    for index in 0...parts {
      let t = Double(index) / Double(parts)
      let expected =
        angle == 0 ? (1 - t, t) : (sin((1 - t) * angle) / sin(angle), sin(t * angle) / sin(angle))
      // The tolerance is that of a small angle, which its cosine determines poorly.
      #expect(
        abs(weights[index].0 - expected.0) < 1e-9 && abs(weights[index].1 - expected.1) < 1e-9)
    }
  }

  @Test func `opposite vectors and zero vectors are interpolated linearly`() {
    for cosine in [-1, -1.000_000_1, Double.nan, 1.000_000_1] {
      let weights = Slerp(cosine: cosine, parts: 4)
      #expect(abs(weights[1].0 - 0.75) < 1e-6 && abs(weights[1].1 - 0.25) < 1e-6)
    }
  }

  @Test func `an interpolation includes both samples and keeps their length`() {
    let all = drawn(Latents(seed: 9, first: 0, count: 20), rows: 100)
    let path = drawn(Latents(seed: 9, from: 17, to: 3, steps: 6), rows: 100)
    #expect(path.first == all[17] && path.last == all[3])
    let ends = [length(all[17]), length(all[3])]
    for latent in path {
      #expect(length(latent) > 0.98 * ends.min()! && length(latent) < 1.02 * ends.max()!)
    }
    // A vector does not depend on the others that are computed with it.
    let part = drawn(Latents(seed: 9, from: 17, to: 3, steps: 6), from: 3, count: 2, rows: 100)
    #expect(part == Array(path[3..<5]))
    #expect(Set(drawn(Latents(seed: 9, from: 4, to: 4, steps: 3), rows: 100)) == [all[4]])
  }

  @Test(arguments: [0.05, 0.5, 2.0])
  func `only values beyond the threshold are drawn again`(_ threshold: Double) {
    let plain = drawn(Latents(seed: 5, first: 40, count: 200), rows: 30)
    let truncated = drawn(
      Latents(seed: 5, first: 40, count: 200, threshold: threshold), rows: 30)
    var count = 0
    for (before, after) in zip(plain.joined(), truncated.joined()) {
      #expect(abs(Double(after)) <= threshold)
      if abs(Double(before)) <= threshold { #expect(before == after) } else { count += 1 }
    }
    // P(|z| > t) of the normal distribution.
    let expected = erfc(threshold / 2.0.squareRoot()) * 6000
    #expect(abs(Double(count) - expected) < 5 * expected.squareRoot() + 5)
    // The mean of the truncated distribution is 0.
    let mean = truncated.joined().reduce(0) { $0 + Double($1) } / 6000
    #expect(abs(mean) < 0.05 * threshold)
    let some = drawn(Latents(seed: 5, first: 130, count: 3, threshold: threshold), rows: 30)
    #expect(some == Array(truncated[90..<93]))
  }

  private func drawn(
    _ latents: Latents, from first: Int = 0, count: Int? = nil, rows: Int
  ) -> [[Float]] {
    let workspace = Workspace<Float>()
    return withExtendedLifetime(workspace) {
      let block = workspace.matrix(rows: rows, columns: count ?? latents.count)
      latents.draw(into: block, from: first)
      return (0..<block.columns).map { column in (0..<rows).map { block[$0, column] } }
    }
  }

  private func length(_ latent: [Float]) -> Float {
    latent.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
