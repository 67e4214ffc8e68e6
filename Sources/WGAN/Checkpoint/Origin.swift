import Engine
import TensorIO

/// The checkpoint from whose weights a run started.
public struct Origin: Equatable, Sendable {
  /// The CRC-32 of its weights and running statistics.
  public let weights: String
  /// Its completed epochs.
  public let epoch: Int
  /// Its generator steps and critic steps.
  public let generatorSteps: Int, criticSteps: Int

  /// Identifies a checkpoint. The order of its tensors does not matter.
  init(_ file: TensorFile, _ progress: TrainingProgress) {
    let names = file.header.entries.map(\.name)
      .filter { $0.hasPrefix("generator.") || $0.hasPrefix("critic.") }
    let checksums = names.sorted().map { name in
      "\(name) \(Checksum.digits(file.checksum(of: name) ?? 0))\n"
    }
    weights = Checksum.digits(of: checksums.joined())
    epoch = progress.epoch
    (generatorSteps, criticSteps) = (progress.generatorSteps, progress.criticSteps)
  }
}

extension Origin: LosslessStringConvertible {
  /// The text form in a checkpoint, such as
  /// `1a2b3c4d epoch 20 generator_steps 3740 critic_steps 18740`.
  public var description: String {
    "\(weights) epoch \(epoch) generator_steps \(generatorSteps) critic_steps \(criticSteps)"
  }

  /// Parses the text form.
  ///
  /// - Parameter text: The text form.
  /// - Returns: `nil` if the text is not valid.
  public init?(_ text: String) {
    let weights = String(text.prefix(8))
    var reader = TokenReader(String(text.dropFirst(8)))
    guard Checksum.isDigits(weights), let epoch: Int = reader.value("epoch"),
      let generatorSteps: Int = reader.value("generator_steps"),
      let criticSteps: Int = reader.value("critic_steps"), reader.isEmpty,
      min(epoch, generatorSteps, criticSteps) >= 0
    else { return nil }
    self.weights = weights
    (self.epoch, self.generatorSteps, self.criticSteps) = (epoch, generatorSteps, criticSteps)
  }
}

extension TrainingConfiguration {
  /// The identity of a run with this configuration that starts on images with this fingerprint:
  /// eight hexadecimal digits.
  ///
  /// Settings with their default values do not count, so a new setting does not change it.
  func runIdentity(images: String) -> String {
    let content = CheckpointMetadata.Content(configuration: self, progress: TrainingProgress())
    let settings = CheckpointMetadata.fields.filter { $0.key.hasPrefix("config.") }
      .map { (key: $0.key, text: $0.print(content), standard: $0.defaultText) }
      .filter { $0.text != $0.standard }
    return Checksum.digits(
      of: settings.map { "\($0.key) \($0.text)\n" }.joined() + "images \(images)\n")
  }
}
