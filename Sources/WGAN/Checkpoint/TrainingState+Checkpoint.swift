import Engine
import TensorIO

// A checkpoint is a tensor file of kind `checkpoint` with the complete training state:
// `generator.0.weight`, `generator.0.bias`, …, then `generator.1.running_mean`, …, and the same for
// `critic.`, with the names and shapes of PyTorch's `nn.Sequential`. The moments follow, such as
// `optimizer.generator.exp_avg.0.weight`.

extension TrainingState {
  /// Reads a checkpoint.
  ///
  /// - Parameter file: The checkpoint. Its tensors may be in any order.
  /// - Throws: `FileError` if the file is not a checkpoint, if its metadata is not valid, or if its
  ///   tensors are not those of its configuration.
  public convenience init(_ file: TensorFile) throws(FileError) {
    let (configuration, progress, layout) = try CheckpointLayout.read(file)
    self.init(zeros: configuration, progress: progress)
    for (group, numbers) in zip(layout.groups, buffers) {
      try group.read(file, into: numbers)
    }
  }

  /// Writes a checkpoint and commits the output.
  ///
  /// - Parameter output: The file to write.
  /// - Throws: `FileError` if the output cannot be written, or, before anything is written, if a
  ///   value is not finite.
  public func write(to output: OutputFile) throws(FileError) {
    let layout = CheckpointLayout(configuration)
    for (group, numbers) in zip(layout.groups, buffers) {
      try group.requireFinite(numbers, output.path)
    }
    let header = TensorHeader(
      kind: "checkpoint", metadata: CheckpointMetadata.encode(configuration, progress),
      entries: layout.entries)
    // The numbers are reordered in place while the file is written, because a copy would take
    // another quarter of the memory.
    for (group, numbers) in zip(layout.groups, buffers) { group.toCheckpointLayout(numbers) }
    defer { for (group, numbers) in zip(layout.groups, buffers) { group.toEngineLayout(numbers) } }
    try header.write(buffers, to: output)
  }

  /// The buffers of `CheckpointLayout.groups`.
  private var buffers: [Buffer<Float>] {
    let stores = [generator.store, critic.store]
    return stores.flatMap { [$0.parameters, $0.buffers] } + stores.flatMap(\.moments)
  }
}

/// The tensors of a checkpoint.
struct CheckpointLayout {
  /// One group per buffer, in the order of the file: the parameters and the running statistics of
  /// both networks, then their moments.
  let groups: [TensorGroup]

  init(_ configuration: TrainingConfiguration) {
    let networks = [
      ("generator", configuration.generatorNetwork, configuration.generatorOptimizer),
      ("critic", configuration.criticNetwork, configuration.criticOptimizer),
    ]
    let parameters = networks.flatMap { Self.groups($0.0, $0.1) }
    let moments = networks.flatMap { name, network, optimizer in
      optimizer.momentNames.map {
        TensorGroup(prefix: "optimizer.\(name).\($0).", tensors: network.parameters)
      }
    }
    groups = parameters + moments
  }

  /// The tensors of a file with only a generator.
  init(generator network: Network) { groups = Self.groups("generator", network) }

  private static func groups(_ name: String, _ network: Network) -> [TensorGroup] {
    [
      TensorGroup(prefix: "\(name).", tensors: network.parameters),
      TensorGroup(prefix: "\(name).", tensors: network.buffers),
    ]
  }

  /// Reads the parameters and the running statistics of one network.
  ///
  /// - Parameters:
  ///   - prefix: The start of its tensors' names: `generator.` or `critic.`.
  ///   - network: The network.
  ///   - file: The file, whose tensors were checked by `require`.
  func store(
    _ prefix: String, _ network: Network, of file: TensorFile
  ) throws(FileError) -> ParameterStore<Float> {
    let store = ParameterStore<Float>(network, moments: 0, in: Workspace())
    let own = groups.filter { $0.prefix == prefix }
    for (group, numbers) in zip(own, [store.parameters, store.buffers]) {
      try group.read(file, into: numbers)
    }
    return store
  }

  /// The tensors, in the order of the file.
  var entries: [TensorEntry] {
    groups.flatMap { group in
      group.tensors.map { TensorEntry(group.prefix + $0.name, .f32, $0.parameter.shape) }
    }
  }

  /// The configuration and the progress of a checkpoint, whose tensors may be in any order.
  ///
  /// - Throws: `FileError` if the file contains only a generator; what `require` throws.
  static func read(
    _ file: TensorFile
  ) throws(FileError) -> (TrainingConfiguration, TrainingProgress, CheckpointLayout) {
    try file.require(kind: "checkpoint")
    try file.requireMoreThanGenerator()
    let content = try CheckpointMetadata.decode(file)
    let layout = Self(content.configuration)
    try layout.require(file)
    return (content.configuration, content.progress, layout)
  }

  /// Checks the tensors of a file.
  ///
  /// - Throws: `FileError`, which names the first tensor that is missing, unknown, or of another
  ///   type or shape than the configuration requires.
  func require(_ file: TensorFile) throws(FileError) {
    let entries = entries
    var unseen = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0) })
    // PyTorch counts the batches of each batch norm layer; no computation of ours uses the number.
    let counted = entries.map(\.name).filter { $0.hasSuffix(".running_mean") }
    let counters = Set(counted.map { $0.replacing(".running_mean", with: ".num_batches_tracked") })
    for found in file.header.entries where !counters.contains(found.name) {
      guard let expected = unseen.removeValue(forKey: found.name) else {
        throw FileError(
          .invalid, file.path, "tensor \(found.shownName) is unknown: the configuration has none")
      }
      guard found == expected else {
        throw FileError(
          .invalid, file.path,
          "tensor \(found.shownName) is \(found.type.rawValue) \(found.shownShape) (expected "
            + "\(expected.type.rawValue) \(expected.shownShape))")
      }
    }
    if let missing = entries.first(where: { unseen[$0.name] != nil }) {
      let others = unseen.count == 1 ? "" : "; \(unseen.count) tensors are missing"
      throw FileError(.invalid, file.path, "has no tensor \(missing.name)\(others)")
    }
  }
}

extension TensorFile {
  /// Whether every tensor belongs to a generator.
  var containsOnlyGenerator: Bool {
    !header.entries.isEmpty && header.entries.allSatisfy { $0.name.hasPrefix("generator.") }
  }

  /// Refuses a file with only a generator where the rest of a checkpoint is needed.
  func requireMoreThanGenerator() throws(FileError) {
    guard containsOnlyGenerator else { return }
    throw FileError(
      .invalid, path,
      "contains only the generator; use the checkpoint that it was exported from")
  }
}

/// Tensors that are contiguous in memory and in a checkpoint.
struct TensorGroup {
  /// The start of their names.
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

  /// Reorders the numbers in place, from the layout of the file to that of the engine.
  func toEngineLayout(_ numbers: Buffer<Float>) {
    for tensor in tensors { tensor.parameter.toEngineLayout(numbers[tensor.range]) }
  }

  /// Reorders the numbers in place, from the layout of the engine to that of the file.
  func toCheckpointLayout(_ numbers: Buffer<Float>) {
    for tensor in tensors { tensor.parameter.toCheckpointLayout(numbers[tensor.range]) }
  }

  func requireFinite(_ numbers: Buffer<Float>, _ path: String) throws(FileError) {
    guard Float.allWithin(numbers, bound: .greatestFiniteMagnitude) else {
      throw FileError(
        .invalid, path, "a tensor \(prefix)* has a value that is not finite")
    }
  }
}
