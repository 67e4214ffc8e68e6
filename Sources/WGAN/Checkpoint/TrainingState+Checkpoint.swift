import TensorIO

/// A checkpoint is the whole training state in one TensorIO file of kind `checkpoint`:
/// `generator.0.weight`, `generator.0.bias`, …, then `generator.1.running_mean`, …, and the same of
/// `critic.`, as PyTorch's `nn.Sequential` names and shapes them, then the moments, as
/// `optimizer.generator.exp_avg.0.weight`.
extension TrainingState {
  /// Reads a checkpoint.
  ///
  /// - Throws: `FileError` when the file is not a checkpoint, or its tensors are not those of its
  ///   own configuration.
  public convenience init(_ file: TensorFile) throws(FileError) {
    let (configuration, progress) = try Configuration.read(file)
    self.init(zeros: configuration, progress: progress)
    for (run, numbers) in zip(configuration.checkpointRuns, runs) {
      try run.read(file, into: numbers)
    }
  }

  /// Writes the checkpoint, and commits the output.
  ///
  /// - Throws: `FileError`, before anything is written when a number is not finite.
  public func write(to output: OutputFile) throws(FileError) {
    for (run, numbers) in zip(configuration.checkpointRuns, runs) {
      try run.requireFinite(numbers, output.path)
    }
    let header = TensorHeader(
      kind: "checkpoint", metadata: CheckpointMetadata.encode(configuration, progress),
      entries: configuration.checkpointEntries)
    // In the order of the file for as long as it is written: a copy would be another quarter of the
    // memory.
    reorder { $0.restore($1, into: $2) }
    defer { reorder { $0.arrange($1, into: $2) } }
    try header.write(
      zip(configuration.checkpointRuns, runs).map { run, numbers in
        UnsafeRawBufferPointer(start: numbers, count: run.count * MemoryLayout<Float>.stride)
      }, to: output)
  }

  /// Moves the numbers of every tensor that the engine keeps in an order of its own.
  private func reorder(
    _ move: (Parameter, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    for (run, numbers) in zip(configuration.checkpointRuns, runs) {
      for tensor in run.tensors where tensor.parameter.order != nil {
        let (count, place) = (tensor.parameter.count, numbers + tensor.offset)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { copy in
          guard let copy = copy.baseAddress else { return }
          copy.update(from: place, count: count)
          move(tensor.parameter, copy, place)
        }
      }
    }
  }

  /// The numbers of `Configuration.checkpointRuns`.
  private var runs: [UnsafeMutablePointer<Float>] {
    let runs = [generator.runs, critic.runs]
    return runs.flatMap { [$0.parameters, $0.buffers] } + runs.flatMap(\.moments)
  }
}

extension ParameterRuns<Float> {
  /// The generator of a checkpoint, for sampling, and its configuration.
  static func generator(
    of file: TensorFile, in workspace: Workspace<Float>
  ) throws(FileError) -> (configuration: Configuration, network: Network, runs: Self) {
    let (configuration, _) = try Configuration.read(file)
    let network = configuration.generatorNetwork
    let runs = Self(network, moments: 0, in: workspace)
    let stored = configuration.checkpointRuns
    try stored[0].read(file, into: runs.parameters)
    try stored[1].read(file, into: runs.buffers)
    return (configuration, network, runs)
  }
}

extension Configuration {
  /// What the checkpoint in a file is of, and how far it has come; its tensors are those.
  fileprivate static func read(
    _ file: TensorFile
  ) throws(FileError) -> (Configuration, Progress) {
    try file.require(kind: "checkpoint")
    let (configuration, progress) = try CheckpointMetadata.decode(file)
    let (found, expected) = (file.header.entries, configuration.checkpointEntries)
    for (found, expected) in zip(found, expected) where found != expected {
      throw FileError(
        .invalid, file.path,
        "tensor \(found.name) is \(found.type.rawValue) \(found.shape), where "
          + "\(expected.name), \(expected.type.rawValue) \(expected.shape), belongs")
    }
    guard found.count == expected.count else {
      throw FileError(
        .invalid, file.path,
        "has \(found.count) tensors, its configuration has \(expected.count)")
    }
    return (configuration, progress)
  }

  /// Every run of numbers in a checkpoint, in the order of the file, and what the names of its
  /// tensors begin with: the parameters of both networks, then their moments.
  fileprivate var checkpointRuns: [CheckpointRun] {
    let networks = [
      ("generator", generatorNetwork, generatorOptimizer),
      ("critic", criticNetwork, criticOptimizer),
    ]
    return networks.flatMap { name, network, _ in
      [
        CheckpointRun("\(name).", network.parameters, network.parameterCount),
        CheckpointRun("\(name).", network.buffers, network.bufferCount),
      ]
    }
      + networks.flatMap { name, network, optimizer in
        optimizer.momentNames.map {
          CheckpointRun(
            "optimizer.\(name).\($0).", network.parameters, network.parameterCount)
        }
      }
  }

  /// The tensors of a checkpoint, in the order of the file.
  fileprivate var checkpointEntries: [TensorEntry] {
    checkpointRuns.flatMap { run in
      run.tensors.map { TensorEntry(run.prefix + $0.name, .f32, $0.parameter.shape) }
    }
  }
}

/// Tensors that lie together, in memory and in a checkpoint.
private struct CheckpointRun {
  let prefix: String
  let tensors: [Network.Tensor]
  /// Numbers in them.
  let count: Int

  init(_ prefix: String, _ tensors: [Network.Tensor], _ count: Int) {
    (self.prefix, self.tensors, self.count) = (prefix, tensors, count)
  }

  func read(_ file: TensorFile, into numbers: UnsafeMutablePointer<Float>) throws(FileError) {
    for tensor in tensors {
      let bytes = file.bytes(of: prefix + tensor.name)
      guard let stored = bytes?.bindMemory(to: Float.self).baseAddress else { continue }
      let place = numbers + tensor.offset
      tensor.parameter.arrange(stored, into: place)
      let numbers = UnsafeBufferPointer(start: place, count: tensor.parameter.count)
      if tensor.parameter.isVariance, numbers.contains(where: { $0 < 0 }) {
        throw FileError(.invalid, file.path, "\(prefix + tensor.name) has a negative variance")
      }
    }
    try requireFinite(numbers, file.path)
  }

  func requireFinite(_ numbers: UnsafePointer<Float>, _ path: String) throws(FileError) {
    guard Float.allWithin(numbers, count: count, bound: .greatestFiniteMagnitude) else {
      throw FileError(
        .invalid, path, "\(prefix)* has a number that is not finite; not a checkpoint")
    }
  }
}
