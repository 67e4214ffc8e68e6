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
    reorder(layout) { $0.restore($1, into: $2) }
    defer { reorder(layout) { $0.arrange($1, into: $2) } }
    try header.write(
      zip(layout.runs, runs).map { run, numbers in
        UnsafeRawBufferPointer(start: numbers, count: run.count * MemoryLayout<Float>.stride)
      }, to: output)
  }

  /// Moves the numbers of every tensor that the engine keeps in an order of its own.
  private func reorder(
    _ layout: CheckpointLayout,
    _ move: (Order, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    for (run, numbers) in zip(layout.runs, runs) {
      for tensor in run.tensors {
        guard let (rows, order) = tensor.parameter.order?.rows else { continue }
        let size = tensor.parameter.count / rows
        withUnsafeTemporaryAllocation(of: Float.self, capacity: size) { copy in
          guard let copy = copy.baseAddress else { return }
          for row in 0..<rows {
            let place = numbers + tensor.offset + row * size
            copy.update(from: place, count: size)
            move(order, copy, place)
          }
        }
      }
    }
  }

  /// The numbers of `CheckpointLayout.runs`.
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
    let (configuration, _, layout) = try CheckpointLayout.read(file)
    let network = configuration.generatorNetwork
    let runs = Self(network, moments: 0, in: workspace)
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
        CheckpointRun("\(name).", network.parameters, network.parameterCount),
        CheckpointRun("\(name).", network.buffers, network.bufferCount),
      ]
    }
    let moments = networks.flatMap { name, network, optimizer in
      optimizer.momentNames.map {
        CheckpointRun("optimizer.\(name).\($0).", network.parameters, network.parameterCount)
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
