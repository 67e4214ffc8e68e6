import Engine
import TensorIO

/// The metadata of a checkpoint: the configuration and the progress of a run, one string per
/// setting.
///
/// `fields` is the only list of the keys. Writing produces all of them. Reading takes a missing key
/// as its default, which is the behavior of versions without that key, so a checkpoint stays
/// readable when later versions add settings. It refuses an unknown key of the namespaces below,
/// which such a later version wrote, and ignores all other keys, which belong to other programs.
///
/// A value must have the spelling that writing produces, so a checkpoint that is read and written
/// again has the same bytes.
enum CheckpointMetadata {
  static let version = "1"
  static let versionKey = "checkpoint.version"

  /// What to do if a required key is missing, because another program has saved the checkpoint.
  static let missingKeyAdvice =
    "; copy it from the original checkpoint, such as save_file(tensors, path, metadata)"

  /// The keys that a generator needs to generate images. A file with only a generator may lack the others.
  static let generatorKeys = ["config.image", "config.latent", "config.generator"]

  /// The keys that begin with these belong to this format.
  private static let namespaces = ["checkpoint.", "config.", "progress."]

  /// What the metadata describes.
  struct Content {
    var configuration: TrainingConfiguration
    var progress: TrainingProgress
  }

  /// Every key but `checkpoint.version`, in the order of reading. A field without a default is
  /// required: a run cannot do without the value, and no value is right for all runs.
  static var fields: [Field] {
    [
      Field("config.image", \.configuration.image) { Shape($0) },
      Field("config.latent", \.configuration.latent),
      Field("config.generator", \.configuration.generator) { Architecture($0) },
      Field("config.critic", \.configuration.critic) { Architecture($0) },
      Field("config.batch_size", \.configuration.batchSize),
      Field("config.critic_steps", \.configuration.criticSteps),
      Field("config.critic_warm_up", \.configuration.criticWarmUp, default: .never) {
        CriticWarmUp($0)
      },
      Field("config.real_batch", \.configuration.realBatch, default: .fresh),
      Field("config.constraint", \.configuration.constraint) { Constraint($0) },
      Field("config.interpolation", \.configuration.interpolation, default: .uniform),
      Field("config.generator_optimizer", \.configuration.generatorOptimizer) { Optimizer($0) },
      Field("config.critic_optimizer", \.configuration.criticOptimizer) { Optimizer($0) },
      Field("config.schedule", \.configuration.schedule, default: .constant) { Schedule($0) },
      Field("config.initialization", \.configuration.initialization, default: .pytorch),
      Field("config.seed", \.configuration.seed, default: 0) { UInt64($0) },
      Field("config.from", default: "", print: { $0.configuration.origin?.description ?? "" }) {
        text, content in
        content.configuration.origin = Origin(text)
        return true
      },
      Field("config.generator_updates", \.configuration.generatorUpdates, default: 0),
      Field("config.critic_updates", \.configuration.criticUpdates, default: 0),
      Field("progress.epoch", \.progress.epoch, default: 0),
      Field("progress.batch", \.progress.batch, default: 0),
      Field("progress.batch_uses", \.progress.batchUses, default: 0),
      Field("progress.critic_steps", \.progress.criticSteps, default: 0),
      Field("progress.generator_steps", \.progress.generatorSteps, default: 0),
      Field("progress.phase", \.progress.phase, default: 0),
      Field("progress.arithmetic", \.progress.arithmetic, default: .ofFirstRelease) {
        Arithmetic($0)
      },
      Field("progress.images", default: "", print: { $0.progress.images ?? "" }) { text, content in
        content.progress.images = text.isEmpty ? nil : text
        return text.utf8.count <= 100
      },
      Field("progress.run", default: "", print: { $0.progress.run ?? "" }) { text, content in
        content.progress.run = text.isEmpty ? nil : text
        return text.isEmpty || Checksum.isDigits(text)
      },
      // Required if the schedule is a plateau: an empty text is then not valid.
      Field("progress.plateau", default: "", print: { $0.progress.plateau?.description ?? "" }) {
        text, content in
        content.progress.plateau = PlateauState(text)
        if content.configuration.schedule.plateau == nil { return text.isEmpty }
        return content.progress.plateau?.isPossible(content.configuration) == true
      },
    ]
  }

  /// The metadata of a run.
  static func encode(_ configuration: TrainingConfiguration, _ progress: TrainingProgress)
    -> [String: String]
  {
    let content = Content(configuration: configuration, progress: progress)
    var metadata = [versionKey: version]
    for field in fields { metadata[field.key] = field.print(content) }
    return metadata
  }

  /// The metadata of a file with only a generator.
  static func encode(generatorOf configuration: TrainingConfiguration) -> [String: String] {
    let keys = generatorKeys + [versionKey]
    return encode(configuration, TrainingProgress()).filter { keys.contains($0.key) }
  }

  /// Reads the metadata of a file.
  ///
  /// - Throws: `FileError`, which names the key that is missing, unknown or not valid.
  static func decode(_ file: TensorFile) throws(FileError) -> Content {
    try requireKnownKeys(file)
    var content = Content.unread
    for field in fields { try field.read(file, into: &content) }
    if let validationError = content.configuration.validationError {
      throw FileError(.invalid, file.path, "configuration: \(validationError)")
    }
    guard content.progress.batchUses == 0 || content.configuration.realBatch == .reused else {
      throw FileError(
        .invalid, file.path,
        "metadata progress.batch_uses is not valid: batches are not reused (expected \"0\")")
    }
    return content
  }

  /// Reads what a generator needs from the metadata of a file. The other settings of the result are not
  /// valid.
  ///
  /// - Throws: `FileError`, which names the key that is missing, unknown or not valid.
  static func decodeGenerator(_ file: TensorFile) throws(FileError) -> TrainingConfiguration {
    try requireKnownKeys(file)
    var content = Content.unread
    for field in fields where generatorKeys.contains(field.key) {
      try field.read(file, into: &content)
    }
    if let validationError = content.configuration.generatorValidationError {
      throw FileError(.invalid, file.path, "configuration: \(validationError)")
    }
    return content.configuration
  }

  /// Checks the version, and that every key of this format is known.
  private static func requireKnownKeys(_ file: TensorFile) throws(FileError) {
    let metadata = file.header.metadata
    guard let found = metadata[versionKey] else {
      throw FileError(.invalid, file.path, "metadata has no \(versionKey)\(missingKeyAdvice)")
    }
    guard found == version else {
      throw FileError(
        .invalid, file.path,
        "checkpoint version \(quoted(found)) is not supported (expected \"\(version)\")")
    }
    let known = Set(fields.map(\.key) + [versionKey])
    for key in metadata.keys.sorted() where !known.contains(key) {
      guard namespaces.contains(where: key.hasPrefix) else { continue }
      throw FileError(
        .invalid, file.path,
        "metadata \(quoted(key)) is unknown; a later version may have written this checkpoint")
    }
  }
}

extension CheckpointMetadata.Content {
  /// The content before any field is read. Every value is replaced, by the file or by a default.
  fileprivate static var unread: Self {
    let nothing = Architecture([])
    return Self(
      configuration: TrainingConfiguration(
        image: .mnist, latent: 0, generator: nothing, critic: nothing, batchSize: 0,
        criticSteps: 0, constraint: .clip(bound: 0), generatorOptimizer: .rmsprop(rate: 0),
        criticOptimizer: .rmsprop(rate: 0)),
      progress: TrainingProgress())
  }
}
