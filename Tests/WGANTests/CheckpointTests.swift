import Foundation
import TensorIO
import Testing

@testable import Engine
@testable import WGAN

/// Writing and reading checkpoints, and refusing files that are not valid.
@Suite struct CheckpointTests {
  @Test(arguments: Preset.all.map(\.name))
  func `a checkpoint that is read and written again has the same bytes`(_ preset: String) throws {
    let (first, second) = (ScratchFile(), ScratchFile())
    try TrainingState(initial: smallConfiguration(preset, "1x8x8"))
      .write(to: OutputFile(first.path))
    try TrainingState(TensorFile(first.path)).write(to: OutputFile(second.path))
    #expect(!first.bytes.isEmpty)
    #expect(first.bytes == second.bytes)
  }

  @Test func `tensors have the names, shapes and order of PyTorch`() throws {
    let file = ScratchFile()
    try TrainingState(initial: smallConfiguration("mlp-gp")).write(to: OutputFile(file.path))
    let entries = try TensorFile(file.path).header.entries
    #expect(
      entries.prefix(7).map { "\($0.name) \($0.shape)" } == [
        "generator.0.weight [128, 9]", "generator.0.bias [128]", "generator.2.weight [256, 128]",
        "generator.2.bias [256]", "generator.4.weight [36, 256]", "generator.4.bias [36]",
        "critic.0.weight [256, 36]",
      ])
    #expect(entries.count == 36)
    #expect(entries.last?.name == "optimizer.critic.exp_avg_sq.4.bias")
  }

  @Test(arguments: [
    ("config.batch_size", "0", "configuration"), ("config.batch_size", "+64", "config.batch_size"),
    ("config.batch_size", "064", "config.batch_size"), ("config.seed", "-1", "config.seed"),
    ("config.generator", "dense 12; tanh", "the output has 12 elements"),
    ("config.generator", "dense 36; gelu", "config.generator"),
    ("config.critic", "dense 4; batch-norm; dense 1", "cannot have batch-norm"),
    ("config.critic", "dense 4; relu", "end with dense 1"),
    ("config.generator", "dense 36; tanh; residual; dense 36", "add is missing"),
    (
      "config.generator", "dense 18; reshape 2x4x4; dense 36", "layer 1, reshape 2x4x4, must follow"
    ),
    ("config.critic", "zero-pad 1; crop 4; dense 1", "layer 1, crop 4, does not fit"),
    ("config.generator", "tanh", "the output has 9 elements"),
    ("config.critic", "dense 5; residual; relu; shortcut; add; dense 1", "shortcut, must follow"),
    ("config.constraint", "gradient-penalty 1e-60", "lambda must be greater than 0"),
    ("config.critic_optimizer", "adam rate 1e+60 beta1 0.5 beta2 0.9 epsilon 1e-08", "rate"),
    ("progress.images", String(repeating: "x", count: 101), "progress.images"),
    ("config.constraint", "gradient-penalty -1.0", "lambda must be greater than 0"),
    ("config.constraint", "gradient-penalty nan", "lambda must be greater than 0"),
    ("config.critic_optimizer", "adam rate 0.1 beta1 1.0 beta2 0.9 epsilon 1e-08", "less than 1"),
    ("config.generator", "dense 16777216; dense 16777216; dense 36; tanh", "parameters"),
    ("config.latent", "8", "generator.0.weight"), ("progress.epoch", "-1", "progress.epoch"),
    ("checkpoint.version", "2", "checkpoint version \"2\" is not supported"),
    ("config.critic_warm_up", "100 25", "config.critic_warm_up"),
    ("config.critic_warm_up", "0 25 500", "warm-up"),
    ("config.real_batch", "", "config.real_batch"),
    ("config.interpolation", "Normal", "config.interpolation"),
    ("config.initialization", "zeros", "config.initialization"),
    ("config.schedule", "linear", "config.schedule"), ("config.schedule", "linear 0", "schedule"),
    ("config.schedule", "plateau", "config.schedule"),
    (
      "config.schedule",
      "plateau factor 0.5 patience 2 threshold 0.0001 cooldown 0 floor 1e-06 every epoch",
      "metadata progress.plateau is not valid: \"\""
    ),
    ("progress.batch_uses", "1", "progress.batch_uses"),
    ("progress.plateau", "x", "progress.plateau"),
    ("progress.arithmetic", "", "progress.arithmetic"),
    ("progress.arithmetic", "1  2", "progress.arithmetic"),
    ("progress.arithmetic", "0", "progress.arithmetic"),
  ])
  func `a metadata value that is not valid is an error that names it`(
    _ key: String, _ value: String, _ message: String
  ) throws {
    let (good, bad) = (ScratchFile(), ScratchFile())
    try TrainingState(initial: smallConfiguration("mlp-gp")).write(to: OutputFile(good.path))
    let file = try TensorFile(good.path)
    var metadata = file.header.metadata
    metadata[key] = value
    try rewrite(file, metadata, to: bad)
    let error = #expect(throws: FileError.self) { try TrainingState(TensorFile(bad.path)) }
    #expect(error?.kind == .invalid)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test(arguments: [
    ("rate 0.0002", "rate nan"), ("rate 0.0002", "rate 0.00021"), ("rate 0.0002", "rate -0.0002"),
    ("rate 0.0002", "rate 0.00020"), ("best inf", "best nan"), ("best inf", "best -inf"),
    ("best inf", "best infinity"), ("bad 0", "bad -1"), ("bad 0", "bad 3"), ("bad 0", "bad 00"),
    ("cooldown 0", "cooldown -1"), ("cooldown 0", "cooldown 1"), ("sum 0.0", "sum nan"),
    ("sum 0.0", "sum inf"), ("count 0", "count -1"), ("count 0", "count 0 more"),
    ("count 0", "count 9007199254740993"), (" wasserstein sum 0.0 count 0", ""),
    ("critic", "generator"),
  ])
  func `an impossible plateau state is refused`(_ found: String, _ wrong: String) throws {
    let (good, bad) = (ScratchFile(), ScratchFile())
    try TrainingState(initial: smallConfiguration("mlp-gp-plateau")).write(
      to: OutputFile(good.path))
    let file = try TensorFile(good.path)
    var metadata = file.header.metadata
    let text = try #require(metadata["progress.plateau"])
    // The generator's part of the text, if both parts contain it.
    let place = try #require(text.range(of: found, options: .backwards))
    metadata["progress.plateau"] = text.replacingCharacters(in: place, with: wrong)
    try rewrite(file, metadata, to: bad)
    let error = #expect(throws: FileError.self) { try TrainingState(TensorFile(bad.path)) }
    #expect(error?.message.contains("metadata progress.plateau is not valid") == true)
  }

  @Test func `a batch number past the end of the epoch is refused`() throws {
    let (good, bad) = (ScratchFile(), ScratchFile())
    let data = try scratchImages(count: 48)
    try TrainingState(initial: smallConfiguration("mlp-gp")).write(to: OutputFile(good.path))
    let file = try TensorFile(good.path)
    var metadata = file.header.metadata
    metadata["progress.batch"] = "4"
    metadata["progress.images"] = try data.images().fingerprint
    try rewrite(file, metadata, to: bad)
    let state = try TrainingState(TensorFile(bad.path))
    #expect(
      throws: TrainingError.images(
        "the checkpoint is at batch 4 of the epoch, but 48 images make only 4 batches")
    ) {
      try Trainer(state, images: data.images(), pool: ThreadPool(count: 1))
    }
  }

  @Test func `the initial weights are uniform within 1 over the square root of the fan-in`() throws
  {
    let state = TrainingState(
      initial: try #require(Preset("mlp-gp")).configuration(image: .mnist, seed: 11))
    for network in [state.generator, state.critic] {
      for tensor in network.network.parameters {
        let (parameter, name) = (tensor.parameter, tensor.name)
        let numbers = network.store.parameters[tensor.range].numbers
        let fanIn =
          switch parameter.initializer {
          case .weight(let fanIn, _), .bias(let fanIn): fanIn
          case .constant: 0
          }
        let bound = 1 / Float(fanIn).squareRoot()
        #expect(numbers.allSatisfy { abs($0) <= bound }, "\(name)")
        guard parameter.count >= 10_000 else { continue }
        let count = Double(parameter.count)
        let mean = numbers.reduce(0) { $0 + Double($1) } / count
        let square = numbers.reduce(0) { $0 + Double($1) * Double($1) } / count
        let variance = Double(bound * bound) / 3
        // Five standard errors of the mean and the mean square of a uniform distribution.
        #expect(abs(mean) < 5 * (variance / count).squareRoot(), "\(name)")
        #expect(abs(square / variance - 1) < 5 * (0.8 / count).squareRoot(), "\(name)")
        #expect(numbers.contains { $0 > 0.999 * bound } && numbers.contains { $0 < -0.999 * bound })
      }
    }
  }

  @Test(arguments: [
    "", "dense", "dense 0", "dense 5;", "dense -1", "relu 1", "leaky-relu", "leaky-relu 1.5",
    "Dense 5", "dense 99999999999",
  ])
  func `a text that is not a network is refused`(_ text: String) {
    #expect(Architecture(text) == nil)
    #expect(Architecture(Array(repeating: "relu", count: 257).joined(separator: "; ")) == nil)
  }

  @Test(arguments: [
    "1x28", "0x1x1", "1x28x28x1", "1x-2x2", "axbxc", "1x9999x9999", "16777217x1x1", "",
  ])
  func `a text that is not an image shape is refused`(_ text: String) {
    #expect(Shape(text) == nil)
  }

  private func rewrite(_ file: TensorFile, _ metadata: [String: String], to path: ScratchFile)
    throws
  {
    let header = TensorHeader(kind: "checkpoint", metadata: metadata, entries: file.header.entries)
    let parts = file.header.entries.compactMap { file.bytes(of: $0.name) }
    try header.write(parts, to: OutputFile(path.path))
  }
}
