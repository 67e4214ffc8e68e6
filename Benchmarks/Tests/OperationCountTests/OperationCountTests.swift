import Foundation
import Testing

@testable import OperationCount

/// Tests of the operation counts, in MFLOP per image, rounded.
@Suite struct OperationCountTests {
  static let generator: [ResolvedLayer] = [
    .dense(100, 128), .pointwise("relu", [128]), .dense(128, 256), .pointwise("relu", [256]),
    .dense(256, 784), .pointwise("tanh", [784]),
  ]
  static let critic: [ResolvedLayer] = [
    .dense(784, 256), .pointwise("leaky-relu", [256]), .dense(256, 128),
    .pointwise("leaky-relu", [128]), .dense(128, 1),
  ]

  @Test func `dense networks with clipping have the expected counts`() throws {
    let networks = ResolvedNetworks(generator: Self.generator, critic: Self.critic)
    let count = try OperationCount(networks, hasPenalty: false)
    #expect(count.critic == 2 * (246_272 + 6 * 233_600 - 2 * 200_704))
    #expect(megaflops(count.critic) == 2.5)
    #expect(megaflops(count.generator) == 2.4)
  }

  @Test func `dense networks with a gradient penalty have the expected counts`() throws {
    let networks = ResolvedNetworks(generator: Self.generator, critic: Self.critic)
    let count = try OperationCount(networks, hasPenalty: true)
    #expect(count.critic == 2 * (246_272 + 10 * 233_600 - 3 * 200_704 - 128))
    #expect(megaflops(count.critic) == 4.0)
    #expect(megaflops(count.generator) == 2.4)
  }

  /// The networks have upsampling and zero padding before convolutions, and "same" padding.
  @Test func `the networks of keras-gp have the expected counts`() throws {
    let count = try OperationCount(networks("keras-gp"), hasPenalty: true)
    #expect((Double(count.critic) / 1e6).rounded() == 576)
    #expect((Double(count.generator) / 1e6).rounded() == 196)
  }

  /// Both paths of the first block have an affine input. A layer with a second derivative, such as
  /// layer-norm, adds one weight gradient for each layer before it.
  @Test func `a residual block with layer-norm has the expected count`() throws {
    let critic: [ResolvedLayer] = [
      .pointwise("residual", [1, 2, 2]), .dense(4, 3), .pointwise("layer-norm", [3]),
      .pointwise("shortcut", [1, 2, 2]), .dense(4, 3), .pointwise("add", [3]), .dense(3, 1),
    ]
    let networks = ResolvedNetworks(generator: [.dense(1, 4)], critic: critic)
    let count = try OperationCount(networks, hasPenalty: true)
    // Main path, before layer-norm: 4 for scores, vjp, jvp and two weight gradients. Shortcut: the
    // same with one weight gradient. dense 1: 6 for scores, forward, vjp and weight gradient.
    #expect(count.critic == 2 * (4 + 12 * 8 + 12 * 7 + 3 * 9))
  }

  /// The products of convolutions, counted by hand for inputs of 2 × 2.
  @Test(
    arguments: [
      // Along each axis, each of the two outputs reads both inputs.
      (
        nil,
        #""layer":"conv","input":[2,2,2],"output":[3,2,2],"kernel":3,"stride":1,"padding":[[1,1],[1,1]]"#,
        6 * 16
      ),
      // The zeros of zero-pad are not counted either.
      (
        #""layer":"zero-pad","input":[2,2,2],"output":[2,4,4],"margin":1"#,
        #""layer":"conv","input":[2,4,4],"output":[3,2,2],"kernel":3,"stride":1,"padding":[[0,0],[0,0]]"#,
        6 * 16
      ),
      // The outputs read 1, 2, 2 and 1 of the two distinct inputs.
      (
        #""layer":"upsample","input":[2,2,2],"output":[2,4,4],"factor":2"#,
        #""layer":"conv","input":[2,4,4],"output":[3,4,4],"kernel":3,"stride":1,"padding":[[1,1],[1,1]]"#,
        6 * 36
      ),
      // Three kernel elements of each input contribute to one of the four outputs.
      (
        nil,
        #""layer":"conv-transposed","input":[2,2,2],"output":[3,4,4],"kernel":4,"stride":2,"padding":[[1,1],[1,1]]"#,
        6 * 36
      ),
    ] as [(String?, String, Int)])
  func `convolutions have the expected counts`(
    _ previous: String?, _ layer: String, _ products: Int
  ) throws {
    let critic = [previous, layer].compactMap { $0.map { #"{"text":"",\#($0)}"# } }
    let json = #"{"generator":[],"critic":[\#(critic.joined(separator: ","))]}"#
    let networks = try JSONDecoder().decode(ResolvedNetworks.self, from: Data(json.utf8))
    // Forward pass and weight gradient for real and fake samples.
    #expect(try OperationCount(networks, hasPenalty: false).critic == 2 * 4 * products)
  }

  @Test(arguments: ["attention", "conv"])
  func `an unknown layer or a convolution without a kernel is an error`(_ name: String) throws {
    let layer = ResolvedLayer.pointwise(name, [1, 2, 2])
    let networks = ResolvedNetworks(generator: [.dense(1, 4)], critic: [layer, .dense(4, 1)])
    let error = #expect(throws: UnknownLayer.self) {
      try OperationCount(networks, hasPenalty: false)
    }
    #expect(error?.description == "cannot count the operations of \"\(name)\"")
  }

  /// The networks that `wgan-init` prints for a preset. The pipeline tests compare the file with the tool.
  private func networks(_ preset: String) throws -> ResolvedNetworks {
    let fixtures = URL(fileURLWithPath: #filePath + "/../../../../Tests/Fixtures").standardized
    let data = try Data(contentsOf: fixtures.appending(path: "networks-\(preset).json"))
    return try JSONDecoder().decode(ResolvedNetworks.self, from: data)
  }

  private func megaflops(_ count: Int) -> Double { (Double(count) / 1e5).rounded() / 10 }
}

extension ResolvedLayer {
  fileprivate static func dense(_ inputs: Int, _ outputs: Int) -> ResolvedLayer {
    ResolvedLayer(layer: "dense", text: "dense \(outputs)", input: [inputs], output: [outputs])
  }

  fileprivate static func pointwise(_ name: String, _ shape: [Int]) -> ResolvedLayer {
    ResolvedLayer(layer: name, text: name, input: shape, output: shape)
  }
}
