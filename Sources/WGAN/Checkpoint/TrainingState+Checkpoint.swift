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
    let (configuration, progress, layout) = try CheckpointLayout.read(file)
    self.init(zeros: configuration, progress: progress)
    for (run, numbers) in zip(layout.runs, runs) {
      try run.read(file, into: numbers)
    }
  }

  /// Writes the checkpoint, and commits the output.
  ///
  /// - Throws: `FileError`, before anything is written when a number is not finite.
  public func write(to output: OutputFile) throws(FileError) {
    let layout = CheckpointLayout(configuration)
    for (run, numbers) in zip(layout.runs, runs) { try run.requireFinite(numbers, output.path) }
    let header = TensorHeader(
      kind: "checkpoint", metadata: CheckpointMetadata.encode(configuration, progress),
      entries: layout.entries)
    // In the order of the file for as long as it is written: a copy would be another quarter of the
    // memory.
    for (run, numbers) in zip(layout.runs, runs) { run.restore(numbers) }
    defer { for (run, numbers) in zip(layout.runs, runs) { run.arrange(numbers) } }
    try header.write(runs, to: output)
  }

  /// The numbers of `CheckpointLayout.runs`.
  private var runs: [Run<Float>] {
    let runs = [generator.runs, critic.runs]
    return runs.flatMap { [$0.parameters, $0.buffers] } + runs.flatMap(\.moments)
  }
}

extension ParameterRuns<Float> {
  /// The generator of a checkpoint, for sampling, and its configuration.
  static func generator(
    of file: TensorFile
  ) throws(FileError) -> (configuration: Configuration, network: Network, runs: Self) {
    let (configuration, _, layout) = try CheckpointLayout.read(file)
    let network = configuration.generatorNetwork
    let runs = Self(network, moments: 0, in: Workspace())
    try layout.runs[0].read(file, into: runs.parameters)
    try layout.runs[1].read(file, into: runs.buffers)
    return (configuration, network, runs)
  }
}

/// Where everything is in a checkpoint.
private struct CheckpointLayout {
  /// Every run of numbers, in the order of the file: the parameters and buffers of both networks,
  /// then their moments.
  let runs: [CheckpointRun]

  init(_ configuration: Configuration) {
    let networks = [
      ("generator", configuration.generatorNetwork, configuration.generatorOptimizer),
      ("critic", configuration.criticNetwork, configuration.criticOptimizer),
    ]
    let parameters = networks.flatMap { name, network, _ in
      [
        CheckpointRun(prefix: "\(name).", tensors: network.parameters),
        CheckpointRun(prefix: "\(name).", tensors: network.buffers),
      ]
    }
    let moments = networks.flatMap { name, network, optimizer in
      optimizer.momentNames.map {
        CheckpointRun(prefix: "optimizer.\(name).\($0).", tensors: network.parameters)
      }
    }
    runs = parameters + moments
  }

  /// The tensors, in the order of the file.
  var entries: [TensorEntry] {
    runs.flatMap { run in
      run.tensors.map { TensorEntry(run.prefix + $0.name, .f32, $0.parameter.shape) }
    }
  }

  /// What the checkpoint in a file is of, and how far it has come; its tensors are those.
  static func read(
    _ file: TensorFile
  ) throws(FileError) -> (Configuration, Progress, CheckpointLayout) {
    try file.require(kind: "checkpoint")
    let (configuration, progress) = try CheckpointMetadata.decode(file)
    let layout = Self(configuration)
    let (found, expected) = (file.header.entries, layout.entries)
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
    return (configuration, progress, layout)
  }
}

/// Tensors that lie together, in memory and in a checkpoint.
private struct CheckpointRun {
  /// What their names begin with.
  let prefix: String
  let tensors: [Network.Tensor]

  func read(_ file: TensorFile, into numbers: Run<Float>) throws(FileError) {
    for tensor in tensors {
      guard let stored = StoredNumbers<Float>(prefix + tensor.name, in: file) else { continue }
      let numbers = numbers[tensor.range]
      numbers.copy(stored)
      if tensor.parameter.isVariance, (0..<numbers.count).contains(where: { numbers[$0] < 0 }) {
        throw FileError(.invalid, file.path, "\(prefix + tensor.name) has a negative variance")
      }
    }
    arrange(numbers)
    try requireFinite(numbers, file.path)
  }

  /// Brings the numbers from the order of the file into the engine's, where they lie.
  func arrange(_ numbers: Run<Float>) {
    for tensor in tensors { tensor.parameter.arrange(numbers[tensor.range]) }
  }

  /// Brings them back.
  func restore(_ numbers: Run<Float>) {
    for tensor in tensors { tensor.parameter.restore(numbers[tensor.range]) }
  }

  func requireFinite(_ numbers: Run<Float>, _ path: String) throws(FileError) {
    guard Float.allWithin(numbers, bound: .greatestFiniteMagnitude) else {
      throw FileError(
        .invalid, path, "\(prefix)* has a number that is not finite; not a checkpoint")
    }
  }
}
