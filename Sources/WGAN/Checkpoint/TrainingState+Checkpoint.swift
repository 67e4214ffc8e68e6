import Engine
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
    for (group, numbers) in zip(layout.groups, buffers) {
      try group.read(file, into: numbers)
    }
  }

  /// Writes the checkpoint, and commits the output.
  ///
  /// - Throws: `FileError`, before anything is written when a number is not finite.
  public func write(to output: OutputFile) throws(FileError) {
    let layout = CheckpointLayout(configuration)
    for (group, numbers) in zip(layout.groups, buffers) {
      try group.requireFinite(numbers, output.path)
    }
    let header = TensorHeader(
      kind: "checkpoint", metadata: CheckpointMetadata.encode(configuration, progress),
      entries: layout.entries)
    // In the order of the file for as long as it is written: a copy would be another quarter of the
    // memory.
    for (group, numbers) in zip(layout.groups, buffers) { group.toCheckpointLayout(numbers) }
    defer { for (group, numbers) in zip(layout.groups, buffers) { group.toEngineLayout(numbers) } }
    try header.write(buffers, to: output)
  }

  /// The numbers of `CheckpointLayout.groups`.
  private var buffers: [Buffer<Float>] {
    let stores = [generator.store, critic.store]
    return stores.flatMap { [$0.parameters, $0.buffers] } + stores.flatMap(\.moments)
  }
}

extension ParameterStore<Float> {
  /// The generator of a checkpoint, for sampling, and its configuration.
  static func generator(
    of file: TensorFile
  ) throws(FileError) -> (configuration: TrainingConfiguration, network: Network, store: Self) {
    let (configuration, _, layout) = try CheckpointLayout.read(file)
    let network = configuration.generatorNetwork
    let store = Self(network, moments: 0, in: Workspace())
    try layout.groups[0].read(file, into: store.parameters)
    try layout.groups[1].read(file, into: store.buffers)
    return (configuration, network, store)
  }
}

/// Where everything is in a checkpoint.
private struct CheckpointLayout {
  /// Every run of numbers, in the order of the file: the parameters and buffers of both networks,
  /// then their moments.
  let groups: [TensorGroup]

  init(_ configuration: TrainingConfiguration) {
    let networks = [
      ("generator", configuration.generatorNetwork, configuration.generatorOptimizer),
      ("critic", configuration.criticNetwork, configuration.criticOptimizer),
    ]
    let parameters = networks.flatMap { name, network, _ in
      [
        TensorGroup(prefix: "\(name).", tensors: network.parameters),
        TensorGroup(prefix: "\(name).", tensors: network.buffers),
      ]
    }
    let moments = networks.flatMap { name, network, optimizer in
      optimizer.momentNames.map {
        TensorGroup(prefix: "optimizer.\(name).\($0).", tensors: network.parameters)
      }
    }
    groups = parameters + moments
  }

  /// The tensors, in the order of the file.
  var entries: [TensorEntry] {
    groups.flatMap { group in
      group.tensors.map { TensorEntry(group.prefix + $0.name, .f32, $0.parameter.shape) }
    }
  }

  /// What the checkpoint in a file is of, and how far it has come; its tensors are those.
  static func read(
    _ file: TensorFile
  ) throws(FileError) -> (TrainingConfiguration, TrainingProgress, CheckpointLayout) {
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
private struct TensorGroup {
  /// What their names begin with.
  let prefix: String
  let tensors: [Network.Tensor]

  func read(_ file: TensorFile, into numbers: Buffer<Float>) throws(FileError) {
    for tensor in tensors {
      guard let stored = StoredTensor<Float>(prefix + tensor.name, in: file) else { continue }
      let numbers = numbers[tensor.range]
      numbers.copy(stored)
      if tensor.parameter.isVariance, (0..<numbers.count).contains(where: { numbers[$0] < 0 }) {
        throw FileError(.invalid, file.path, "\(prefix + tensor.name) has a negative variance")
      }
    }
    toEngineLayout(numbers)
    try requireFinite(numbers, file.path)
  }

  /// Brings the numbers from the order of the file into the engine's, where they lie.
  func toEngineLayout(_ numbers: Buffer<Float>) {
    for tensor in tensors { tensor.parameter.toEngineLayout(numbers[tensor.range]) }
  }

  /// Brings them back.
  func toCheckpointLayout(_ numbers: Buffer<Float>) {
    for tensor in tensors { tensor.parameter.toCheckpointLayout(numbers[tensor.range]) }
  }

  func requireFinite(_ numbers: Buffer<Float>, _ path: String) throws(FileError) {
    guard Float.allWithin(numbers, bound: .greatestFiniteMagnitude) else {
      throw FileError(
        .invalid, path, "\(prefix)* has a number that is not finite; not a checkpoint")
    }
  }
}
