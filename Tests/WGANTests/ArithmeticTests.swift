import TensorIO
import Testing

@testable import Engine
@testable import WGAN

/// The bits of results, which only a new version of the arithmetic may change.
@Suite struct ArithmeticTests {
  /// What the runs below come to under each version. A change that moves them on purpose raises
  /// `Arithmetic.version` and has new digests; on another machine they are the same.
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
  func `the arithmetic of this version has these bits`(_ name: String) throws {
    let digests = try #require(Self.digests[Arithmetic.version])
    let found = try digest(name)
    #expect(found == digests[name], "\(name): raise Arithmetic.version, or find what changed a bit")
  }

  /// Steps of both networks, and samples: the CRC-32 of every tensor, folded.
  private func digest(_ name: String) throws -> String {
    let isPreset = Preset.all.contains { $0.name == name }
    let configuration =
      // The other form of a convolution is for images of a size.
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

  @Test func `a run that goes on under another version says so, once, and keeps both`() throws {
    #expect(Arithmetic().warning == nil)
    let later = Arithmetic.version + 1
    var arithmetic = try #require(Arithmetic("\(later)"))
    let warning = try #require(arithmetic.warning)
    #expect(warning.contains("under arithmetic \(Arithmetic.version) after \(later)"))
    arithmetic.enter()
    #expect(arithmetic.warning == nil)
    #expect(arithmetic.description == "\(later) \(Arithmetic.version)")
  }
}
