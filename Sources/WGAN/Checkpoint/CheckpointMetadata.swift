import TensorIO

/// The metadata of a checkpoint: one string for each thing, readable in any safetensors viewer.
///
/// Reading is strict: every key must be there, and must print back as it was read. So a checkpoint
/// of these tools that is read and written again has the same bytes.
enum CheckpointMetadata {
  static let version = "1"

  static func encode(_ configuration: Configuration, _ progress: Progress) -> [String: String] {
    [
      "checkpoint.version": version,
      "config.image": "\(configuration.image)",
      "config.latent": "\(configuration.latent)",
      "config.generator": "\(configuration.generator)",
      "config.critic": "\(configuration.critic)",
      "config.batch_size": "\(configuration.batchSize)",
      "config.critic_steps": "\(configuration.criticSteps)",
      "config.constraint": "\(configuration.constraint)",
      "config.generator_optimizer": "\(configuration.generatorOptimizer)",
      "config.critic_optimizer": "\(configuration.criticOptimizer)",
      "config.seed": "\(configuration.seed)",
      "progress.epoch": "\(progress.epoch)",
      "progress.batch": "\(progress.batch)",
      "progress.critic_steps": "\(progress.criticSteps)",
      "progress.generator_steps": "\(progress.generatorSteps)",
      "progress.phase": "\(progress.phase)",
      "progress.images": progress.images ?? "",
    ]
  }

  static func decode(_ file: TensorFile) throws(FileError) -> (Configuration, Progress) {
    let reader = MetadataReader(file: file)
    guard try reader.text("checkpoint.version") == version else {
      throw FileError(.invalid, file.path, "is a checkpoint of another version of these tools")
    }
    let configuration = Configuration(
      image: try reader.value("config.image") { ImageShape($0) },
      latent: try reader.count("config.latent"),
      generator: try reader.value("config.generator") { Architecture($0) },
      critic: try reader.value("config.critic") { Architecture($0) },
      batchSize: try reader.count("config.batch_size"),
      criticSteps: try reader.count("config.critic_steps"),
      constraint: try reader.value("config.constraint") { Constraint($0) },
      generatorOptimizer: try reader.value("config.generator_optimizer") { Optimizer($0) },
      criticOptimizer: try reader.value("config.critic_optimizer") { Optimizer($0) },
      seed: try reader.value("config.seed") { UInt64($0) })
    if let flaw = configuration.flaw {
      throw FileError(.invalid, file.path, "configuration: \(flaw)")
    }
    var progress = Progress()
    progress.epoch = try reader.count("progress.epoch")
    progress.batch = try reader.count("progress.batch")
    progress.criticSteps = try reader.count("progress.critic_steps")
    progress.generatorSteps = try reader.count("progress.generator_steps")
    progress.phase = try reader.count("progress.phase")
    let images = try reader.text("progress.images")
    guard images.utf8.count <= 100 else {
      throw FileError(.invalid, file.path, "metadata progress.images is not valid: it is too long")
    }
    progress.images = images.isEmpty ? nil : images
    return (configuration, progress)
  }
}

private struct MetadataReader {
  let file: TensorFile

  func text(_ key: String) throws(FileError) -> String {
    guard let text = file.header.metadata[key] else {
      throw FileError(.invalid, file.path, "metadata has no \(key)")
    }
    return text
  }

  func value<Value: CustomStringConvertible>(
    _ key: String, _ parse: (String) -> Value?
  ) throws(FileError) -> Value {
    let text = try text(key)
    guard let value = parse(text), value.description == text else {
      throw FileError(.invalid, file.path, "metadata \(key) is not valid: \"\(text)\"")
    }
    return value
  }

  /// A number from 0 to 2⁵³.
  func count(_ key: String) throws(FileError) -> Int {
    try value(key) { text in Int(text).flatMap { 0...1 << 53 ~= $0 ? $0 : nil } }
  }
}
