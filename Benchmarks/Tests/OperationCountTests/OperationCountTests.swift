import Testing

@testable import OperationCount

/// The figures of shared/PEERS.md, in MFLOP an image with one digit or none.
@Suite struct OperationCountTests {
  static let generator = "dense 128; relu; dense 256; relu; dense 784; tanh"
  static let critic = "dense 256; leaky-relu 0.2; dense 128; leaky-relu 0.2; dense 1"

  @Test func clippedDense() throws {
    let count = try OperationCount(
      generator: Self.generator, critic: Self.critic, latent: 100, image: (1, 28, 28),
      hasPenalty: false)
    #expect(count.critic == 2 * (246_272 + 6 * 233_600 - 2 * 200_704))
    #expect(megaflops(count.critic) == 2.5)
    #expect(megaflops(count.generator) == 2.4)
  }

  @Test func penalisedDense() throws {
    let count = try OperationCount(
      generator: Self.generator, critic: Self.critic, latent: 100, image: (1, 28, 28),
      hasPenalty: true)
    #expect(count.critic == 2 * (246_272 + 10 * 233_600 - 3 * 200_704 - 128))
    #expect(megaflops(count.critic) == 4.0)
    #expect(megaflops(count.generator) == 2.4)
  }

  @Test func penalisedKeras() throws {
    let norm = "batch-norm epsilon 0.001 momentum 0.01"
    let up = "\(norm); leaky-relu 0.2; upsample 2"
    let conv = { (n: Int) in "conv \(n) kernel 5 stride 2 padding same; leaky-relu 0.2" }
    let count = try OperationCount(
      generator: """
        dense 4096 no-bias; \(norm); leaky-relu 0.2; reshape 256x4x4; upsample 2; \
        conv 128 kernel 3 padding same no-bias; \(up); conv 64 kernel 3 padding same no-bias; \
        \(up); conv 1 kernel 3 padding same no-bias; \(norm); tanh; crop 2
        """,
      critic: """
        zero-pad 2; \(conv(64)); \(conv(128)); dropout 0.3; \(conv(256)); dropout 0.3; \
        \(conv(512)); flatten; dropout 0.2; dense 1
        """,
      latent: 128, image: (1, 28, 28), hasPenalty: true)
    #expect((Double(count.critic) / 1e6).rounded() == 576)
    #expect((Double(count.generator) / 1e6).rounded() == 196)
  }

  /// Both paths of a first block have an affine input; a curve above asks for one accumulate more.
  @Test func residualAndCurved() throws {
    let count = try OperationCount(
      generator: "dense 4",
      critic: "residual; dense 3; layer-norm; shortcut; dense 3; add; dense 1",
      latent: 1, image: (1, 2, 2), hasPenalty: true)
    // main, below the curve: 4 scored, backward, tangent, accumulate, accumulate again.
    // shortcut: the same without the last. dense 1: 6 scored, forward, backward, accumulate.
    #expect(count.critic == 2 * (4 + 12 * 8 + 12 * 7 + 3 * 9))
  }

  @Test func unknownWord() {
    #expect(throws: UnknownWord.self) {
      try OperationCount(
        generator: "dense 4", critic: "attention; dense 1", latent: 1, image: (1, 2, 2),
        hasPenalty: false)
    }
  }

  private func megaflops(_ count: Int) -> Double { (Double(count) / 1e5).rounded() / 10 }
}
