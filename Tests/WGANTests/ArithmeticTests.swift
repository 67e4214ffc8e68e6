import TensorIO
import Testing

@testable import Engine
@testable import WGAN

/// The bits of results. Only a new version of the arithmetic may change them.
@Suite struct ArithmeticTests {
  /// The digests of the runs below for each version. An intended change of the bits raises
  /// `Arithmetic.version` and adds new digests. They are the same on every machine.
  static let digests: [Int: [String: String]] = [
    2: [
      "dcgan-clip": "b5aa31b5ea26180a", "dcgan-gp": "99cec0076a83c748",
      "keras-gp": "70d511ce32706419", "layers-curved": "18fe9831d60d83f4",
      "layers-dcgan": "c57e5a35048b65a3", "layers-keras": "30cb6004d5c5692e",
      "layers-resnet": "ea812ba804ad167c", "mlp-clip": "957d8e214ce4d2e1",
      "mlp-clip-adam": "b9d996a41b36af52", "mlp-gp": "864ee34df0a7f507",
      "mlp-gp-plateau": "8a4897dec1890ccd", "quick": "a3b508a1776562cc",
      "resnet-gp": "74304c23046aea2d",
    ]
  ]

  @Test(arguments: Preset.all.map(\.name) + RecordedRun.layers)
  func `this version of the arithmetic computes these bits`(_ name: String) throws {
    let digests = try #require(Self.digests[Arithmetic.version])
    let found = try digest(name)
    #expect(found == digests[name], "\(name): raise Arithmetic.version, or find what changed a bit")
  }

  /// The folded CRC-32s of all tensors after steps of both networks, and of samples.
  private func digest(_ name: String) throws -> String {
    let isPreset = Preset.all.contains { $0.name == name }
    let configuration =
      // The Winograd form of a convolution requires images of a minimum size.
      try isPreset
      ? smallConfiguration(
        name, ["dcgan-gp", "keras-gp", "quick"].contains(name) ? "1x28x28" : "1x8x8")
      : RecordedRun(name).configuration()
    let images = try scratchImages(count: 40, shape: configuration.image.sizes)
    let trainer = try Trainer(
      TrainingState(initial: configuration), images: images.images(), pool: ThreadPool(count: 2))
    for trained in [.both, .both, .generator, .both] as [TrainedNetworks] {
      _ = try trainer.step(trained)
    }
    let (checkpoint, samples) = (ScratchFile(), ScratchFile())
    try trainer.state.write(to: OutputFile(checkpoint.path))
    try Sampler(trainer.state, pool: ThreadPool(count: 1))
      .write(Latents(seed: 3, first: 0, count: 5), to: OutputFile(samples.path))
    var digest: UInt64 = 0
    for path in [checkpoint.path, samples.path] {
      let file = try TensorFile(path)
      for entry in file.header.entries {
        digest =
          digest &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(try #require(file.checksum(of: entry.name)))
      }
    }
    return String(digest, radix: 16)
  }

  @Test func `a run that another version continues warns once and records both versions`() throws {
    #expect(Arithmetic().warning == nil)
    let later = Arithmetic.version + 1
    var arithmetic = try #require(Arithmetic("\(later)"))
    let warning = try #require(arithmetic.warning)
    #expect(warning.contains("arithmetic version \(later) trained this checkpoint"))
    arithmetic.enter()
    #expect(arithmetic.warning == nil)
    #expect(arithmetic.description == "\(later) \(Arithmetic.version)")
  }
}
