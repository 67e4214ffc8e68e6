import TensorIO

/// A checkpoint is the whole training state in one TensorIO file of kind `checkpoint`:
/// `generator.0.weight`, `generator.0.bias`, …, `critic.…` as PyTorch's `nn.Sequential` names and
/// shapes them, then the moments, as `optimizer.generator.exp_avg.0.weight`.
extension TrainingState {
  /// Reads a checkpoint.
  ///
  /// - Throws: `FileError` when the file is not a checkpoint, or its tensors are not those of its
  ///   own configuration.
  public convenience init(_ file: TensorFile) throws(FileError) {
    try file.require(kind: "checkpoint")
    let (configuration, progress) = try CheckpointMetadata.decode(file)
    self.init(zeros: configuration, progress: progress)
    let expected = entries
    guard file.header.entries == expected else {
      throw FileError(.invalid, file.path, Self.difference(file.header.entries, expected))
    }
    for (network, prefixes) in [generator, critic].map({ ($0, $0.prefixes) }) {
      for (run, prefix) in zip(network.stored, prefixes) {
        for entry in network.network.parameters {
          guard let bytes = file.bytes(of: prefix + entry.name) else { continue }
          UnsafeMutableRawBufferPointer(
            start: run + entry.offset, count: bytes.count
          ).copyMemory(from: bytes)
        }
      }
    }
    try requireFinite(file.path)
  }

  /// Writes the checkpoint, and commits the output.
  ///
  /// - Throws: `FileError`, before anything is written when a number is not finite.
  public func write(to output: OutputFile) throws(FileError) {
    try requireFinite(output.path)
    let header = TensorHeader(
      kind: "checkpoint", metadata: CheckpointMetadata.encode(configuration, progress),
      entries: entries)
    try header.write(
      runsInFile.map { network, run in
        UnsafeRawBufferPointer(start: run, count: network.runs.count * MemoryLayout<Float>.stride)
      }, to: output)
  }

  /// Every run of numbers, in the order of the file: parameters of both networks, then the moments.
  private var runsInFile: [(TrainedNetwork, UnsafeMutablePointer<Float>)] {
    let networks = [generator, critic]
    return networks.map { ($0, $0.runs.parameters) }
      + networks.flatMap { network in network.runs.moments.map { (network, $0) } }
  }

  /// The tensors in the order of the file.
  private var entries: [TensorEntry] {
    let networks = [generator, critic]
    return networks.flatMap { $0.entries(prefix: $0.prefixes[0]) }
      + networks.flatMap { network in
        network.prefixes.dropFirst().flatMap { network.entries(prefix: $0) }
      }
  }

  private func requireFinite(_ path: String) throws(FileError) {
    for (network, run) in runsInFile where !Float.allFinite(run, count: network.runs.count) {
      throw FileError(
        .invalid, path, "the \(network.name) has a number that is not finite; not a checkpoint")
    }
  }

  private static func difference(_ found: [TensorEntry], _ expected: [TensorEntry]) -> String {
    for (found, expected) in zip(found, expected) where found != expected {
      return "tensor \(found.name) is \(found.type.rawValue) \(found.shape), where "
        + "\(expected.name), \(expected.type.rawValue) \(expected.shape), belongs"
    }
    return "has \(found.count) tensors, its configuration has \(expected.count)"
  }
}

extension TrainedNetwork {
  /// What a run's tensors are called before their own name: the parameters, then each moment.
  fileprivate var prefixes: [String] {
    ["\(name)."] + optimizer.momentNames.map { "optimizer.\(name).\($0)." }
  }

  /// The runs that a checkpoint keeps, in the order of `prefixes`.
  fileprivate var stored: [UnsafeMutablePointer<Float>] { [runs.parameters] + runs.moments }

  fileprivate func entries(prefix: String) -> [TensorEntry] {
    network.parameters.map { TensorEntry(prefix + $0.name, .f32, $0.parameter.shape) }
  }
}
