import Foundation
import TensorIO
import Testing

@testable import Engine
@testable import WGAN

/// Checkpoints that other programs and other versions wrote: missing, unknown and foreign metadata,
/// and tensors in any order.
@Suite struct CheckpointReadingTests {
  /// Every key with a default, and a preset that uses this default.
  static let defaults = [
    ("config.critic_warm_up", "none"), ("config.real_batch", "fresh"),
    ("config.interpolation", "uniform"), ("config.schedule", "constant"),
    ("config.initialization", "pytorch"), ("config.seed", "0"), ("progress.epoch", "0"),
    ("progress.batch", "0"), ("progress.batch_uses", "0"), ("progress.critic_steps", "0"),
    ("progress.generator_steps", "0"), ("progress.phase", "0"),
    ("progress.arithmetic", "2"), ("progress.images", ""),
    ("progress.plateau", ""), ("progress.run", ""), ("config.from", ""),
    ("config.generator_updates", "0"), ("config.critic_updates", "0"),
  ]
  static let required = [
    "checkpoint.version", "config.image", "config.latent", "config.generator", "config.critic",
    "config.batch_size", "config.critic_steps", "config.constraint", "config.generator_optimizer",
    "config.critic_optimizer",
  ]

  @Test func `every key has a default or is required`() throws {
    let keys = try metadata("mlp-gp").keys
    #expect(Set(keys) == Set(Self.defaults.map(\.0) + Self.required))
  }

  @Test(arguments: defaults)
  func `a missing key has its default`(_ key: String, _ value: String) throws {
    var stripped = try metadata("mlp-gp")
    if key == "config.seed" { stripped[key] = "0" }
    #expect(stripped.updateValue("", forKey: key) == value)
    stripped[key] = nil
    let state = try TrainingState(rewritten(stripped))
    let written = CheckpointMetadata.encode(state.configuration, state.progress)
    #expect(written[key] == value)
    #expect(written.filter { $0.key != key } == stripped)
  }

  @Test(arguments: required)
  func `a missing key without a default is an error that names it`(_ key: String) throws {
    var metadata = try metadata("mlp-gp")
    metadata[key] = nil
    #expect(
      try message(metadata)
        == "metadata has no \(key); copy it from the original checkpoint, such as "
        + "save_file(tensors, path, metadata)")
  }

  @Test func `a plateau schedule requires the state of the plateau`() throws {
    var metadata = try metadata("mlp-gp-plateau")
    metadata["progress.plateau"] = nil
    #expect(
      try message(metadata, preset: "mlp-gp-plateau")?.hasPrefix(
        "metadata has no progress.plateau;")
        == true)
  }

  @Test(arguments: ["config.average", "progress.", "checkpoint.kind"])
  func `an unknown key of the format is an error that names it`(_ key: String) throws {
    var metadata = try metadata("mlp-gp")
    metadata[key] = "1"
    let message = try #require(try message(metadata))
    #expect(message.hasPrefix("metadata \"\(key)\" is unknown; "))
  }

  @Test func `keys of other programs are ignored`() throws {
    var metadata = try metadata("mlp-gp")
    (metadata["format"], metadata["configuration"], metadata["author"]) = ("pt", "x", "")
    _ = try TrainingState(rewritten(metadata))
  }

  @Test(arguments: ["mlp-gp", "dcgan-clip", "keras-gp"])
  func `tensors are read by name, in any order`(_ preset: String) throws {
    let original = ScratchFile()
    try state(preset).write(to: OutputFile(original.path))
    let shuffled = try rewritten(metadata(preset), preset: preset) { $0.reversed() }
    let written = ScratchFile()
    try TrainingState(shuffled).write(to: OutputFile(written.path))
    let isSame = written.bytes == original.bytes
    #expect(isSame)
    let (a, b) = (ScratchFile(), ScratchFile())
    let pool = ThreadPool(count: 1)
    let latents = Latents(seed: 1, first: 0, count: 3)
    try Sampler(shuffled, pool: pool).write(latents, to: OutputFile(a.path))
    try Sampler(TensorFile(original.path), pool: pool).write(latents, to: OutputFile(b.path))
    #expect(a.bytes == b.bytes && !a.bytes.isEmpty)
  }

  @Test func `missing, unknown and unsuitable tensors are named`() throws {
    let metadata = try metadata("mlp-gp")
    func message(_ change: ([TensorEntry]) -> [TensorEntry]) -> String? {
      let error = #expect(throws: FileError.self) {
        try TrainingState(rewritten(metadata, change))
      }
      return error?.message
    }
    let last = "optimizer.critic.exp_avg_sq.4.bias"
    #expect(message { $0.dropLast() } == "has no tensor \(last)")
    #expect(
      message { [$0[6]] } == "has no tensor generator.0.weight; 35 tensors are missing")
    #expect(
      message { [$0[0]] }
        == "contains only the generator; use the checkpoint that it was exported from")
    #expect(
      message { $0.dropLast() + [TensorEntry("critic.5.bias", .f32, [1])] }
        == "tensor critic.5.bias is unknown: the configuration has none")
    #expect(
      message { $0.dropLast() + [TensorEntry(last, .f32, [1, 1])] }
        == "tensor \(last) is F32 1x1 (expected F32 1)")
    #expect(
      message { $0.dropLast() + [TensorEntry(last, .u8, [4])] }
        == "tensor \(last) is U8 4 (expected F32 1)")
  }

  private func state(_ preset: String) throws -> TrainingState {
    TrainingState(initial: try smallConfiguration(preset, "1x8x8"))
  }

  private func metadata(_ preset: String) throws -> [String: String] {
    let state = try state(preset)
    return CheckpointMetadata.encode(state.configuration, state.progress)
  }

  private func message(_ metadata: [String: String], preset: String = "mlp-gp") throws -> String? {
    #expect(throws: FileError.self) {
      try TrainingState(rewritten(metadata, preset: preset))
    }?.message
  }

  /// A checkpoint with other metadata and a changed list of tensors. A tensor with a new name is
  /// zero.
  private func rewritten(
    _ metadata: [String: String], preset: String = "mlp-gp",
    _ change: ([TensorEntry]) -> [TensorEntry] = { $0 }
  ) throws -> TensorFile {
    let original = ScratchFile()
    try state(preset).write(to: OutputFile(original.path))
    let file = try TensorFile(original.path)
    let entries = change(file.header.entries)
    var data: [UInt8] = []
    for entry in entries {
      if file.header[entry.name] == entry, let bytes = file.bytes(of: entry.name) {
        data += bytes
      } else {
        data += [UInt8](repeating: 0, count: entry.byteCount)
      }
    }
    let header = TensorHeader(kind: "checkpoint", metadata: metadata, entries: entries)
    return try TensorFile(header, data: data.span, name: "checkpoint")
  }
}
