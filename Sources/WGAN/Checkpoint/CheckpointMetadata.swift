import Engine
import TensorIO

/// The metadata of a checkpoint: one string for each thing, readable in any safetensors viewer.
///
/// Reading is strict: every key must be there, and must print back as it was read. So a checkpoint
/// of these tools that is read and written again has the same bytes.
enum CheckpointMetadata {
  static let version = "1"

  static func encode(_ configuration: TrainingConfiguration, _ progress: TrainingProgress)
    -> [String: String]
  {
    [
      "checkpoint.version": version,
      "config.image": "\(configuration.image)",
      "config.latent": "\(configuration.latent)",
      "config.generator": "\(configuration.generator)",
      "config.critic": "\(configuration.critic)",
      "config.batch_size": "\(configuration.batchSize)",
      "config.critic_steps": "\(configuration.criticSteps)",
      "config.critic_warm_up": "\(configuration.criticWarmUp)",
      "config.real_batch": configuration.realBatch.rawValue,
      "config.constraint": "\(configuration.constraint)",
      "config.interpolation": configuration.interpolation.rawValue,
      "config.generator_optimizer": "\(configuration.generatorOptimizer)",
      "config.critic_optimizer": "\(configuration.criticOptimizer)",
      "config.schedule": "\(configuration.schedule)",
      "config.initialization": configuration.initialization.rawValue,
      "config.seed": "\(configuration.seed)",
      "progress.epoch": "\(progress.epoch)",
      "progress.batch": "\(progress.batch)",
      "progress.batch_uses": "\(progress.batchUses)",
      "progress.critic_steps": "\(progress.criticSteps)",
      "progress.generator_steps": "\(progress.generatorSteps)",
      "progress.phase": "\(progress.phase)",
      "progress.arithmetic": "\(progress.arithmetic)",
      "progress.images": progress.images ?? "",
      "progress.plateau": progress.plateau?.description ?? "",
    ]
  }

  static func decode(_ file: TensorFile) throws(FileError) -> (
    TrainingConfiguration, TrainingProgress
  ) {
    let reader = MetadataReader(file: file)
    guard try reader.text("checkpoint.version") == version else {
      throw FileError(.invalid, file.path, "is a checkpoint of another version of these tools")
    }
    let configuration = TrainingConfiguration(
      image: try reader.value("config.image") { Shape($0) },
      latent: try reader.count("config.latent"),
      generator: try reader.value("config.generator") { Architecture($0) },
      critic: try reader.value("config.critic") { Architecture($0) },
      batchSize: try reader.count("config.batch_size"),
      criticSteps: try reader.count("config.critic_steps"),
      criticWarmUp: try reader.value("config.critic_warm_up") { CriticWarmUp($0) },
      realBatch: try reader.choice("config.real_batch"),
      constraint: try reader.value("config.constraint") { Constraint($0) },
      interpolation: try reader.choice("config.interpolation"),
      generatorOptimizer: try reader.value("config.generator_optimizer") { Optimizer($0) },
      criticOptimizer: try reader.value("config.critic_optimizer") { Optimizer($0) },
      schedule: try reader.value("config.schedule") { Schedule($0) },
      initialization: try reader.choice("config.initialization"),
      seed: try reader.value("config.seed") { UInt64($0) })
    if let validationError = configuration.validationError {
      throw FileError(.invalid, file.path, "configuration: \(validationError)")
    }
    var progress = TrainingProgress()
    progress.epoch = try reader.count("progress.epoch")
    progress.batch = try reader.count("progress.batch")
    progress.batchUses = try reader.count("progress.batch_uses")
    guard progress.batchUses == 0 || configuration.realBatch == .reused else {
      throw reader.notValid("progress.batch_uses")
    }
    progress.criticSteps = try reader.count("progress.critic_steps")
    progress.generatorSteps = try reader.count("progress.generator_steps")
    progress.phase = try reader.count("progress.phase")
    progress.arithmetic = try reader.value("progress.arithmetic") { Arithmetic($0) }
    let images = try reader.text("progress.images")
    guard images.utf8.count <= 100 else {
      throw FileError(.invalid, file.path, "metadata progress.images is not valid: it is too long")
    }
    progress.images = images.isEmpty ? nil : images
    progress.plateau = try reader.plateau("progress.plateau", of: configuration)
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
      throw notValid(key)
    }
    return value
  }

  /// One of a few words.
  func choice<Value: RawRepresentable<String>>(_ key: String) throws(FileError) -> Value {
    guard let choice = Value(rawValue: try text(key)) else { throw notValid(key) }
    return choice
  }

  /// A number from 0 to 2⁵³.
  func count(_ key: String) throws(FileError) -> Int {
    try value(key) { text in
      Int(text).flatMap { 0...TrainingProgress.maximumCount ~= $0 ? $0 : nil }
    }
  }

  /// What the plateau of a configuration has seen; of another schedule, nothing.
  func plateau(
    _ key: String, of configuration: TrainingConfiguration
  ) throws(FileError) -> PlateauState? {
    if configuration.schedule.plateau != nil {
      return try value(key) { text in
        PlateauState(text).flatMap { $0.isPossible(configuration) ? $0 : nil }
      }
    }
    guard try text(key).isEmpty else { throw notValid(key) }
    return nil
  }

  func notValid(_ key: String) -> FileError {
    let text = file.header.metadata[key] ?? ""
    return FileError(.invalid, file.path, "metadata \(key) is not valid: \(quoted(text))")
  }
}
