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
    let expected = configuration.checkpointEntries
    guard file.header.entries == expected else {
      throw FileError(.invalid, file.path, Self.difference(file.header.entries, expected))
    }
    self.init(zeros: configuration, progress: progress)
    for (run, numbers) in zip(configuration.checkpointRuns, runs) {
      for (parameter, name, offset) in run.network.parameters {
        guard let stored = file.bytes(of: run.prefix + name)?.bindMemory(to: Float.self).baseAddress
        else { continue }
        parameter.arrange(stored, into: numbers + offset)
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
      entries: configuration.checkpointEntries)
    let workspace = Workspace<Float>()
    let parts = zip(configuration.checkpointRuns, runs).map { run, numbers in
      let stored = workspace.numbers(run.network.parameterCount)
      for (parameter, _, offset) in run.network.parameters {
        parameter.restore(numbers + offset, into: stored + offset)
      }
      return UnsafeRawBufferPointer(
        start: stored, count: run.network.parameterCount * MemoryLayout<Float>.stride)
    }
    try header.write(parts, to: output)
  }

  /// The numbers of `Configuration.checkpointRuns`.
  private var runs: [UnsafeMutablePointer<Float>] {
    let runs = [generator.runs, critic.runs]
    return runs.map(\.parameters) + runs.flatMap(\.moments)
  }

  private func requireFinite(_ path: String) throws(FileError) {
    for (run, numbers) in zip(configuration.checkpointRuns, runs)
    where !Float.allWithin(
      numbers, count: run.network.parameterCount, bound: .greatestFiniteMagnitude)
    {
      throw FileError(
        .invalid, path, "\(run.prefix)* has a number that is not finite; not a checkpoint")
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

extension Configuration {
  /// Every run of numbers in a checkpoint, in the order of the file, and what the names of its
  /// tensors begin with: the parameters of both networks, then their moments.
  fileprivate var checkpointRuns: [(prefix: String, network: Network)] {
    let networks = [
      ("generator", generatorNetwork, generatorOptimizer),
      ("critic", criticNetwork, criticOptimizer),
    ]
    return networks.map { name, network, _ in ("\(name).", network) }
      + networks.flatMap { name, network, optimizer in
        optimizer.momentNames.map { ("optimizer.\(name).\($0).", network) }
      }
  }

  /// The tensors of a checkpoint, in the order of the file.
  fileprivate var checkpointEntries: [TensorEntry] {
    checkpointRuns.flatMap { prefix, network in
      network.parameters.map { TensorEntry(prefix + $0.name, .f32, $0.parameter.shape) }
    }
  }
}
