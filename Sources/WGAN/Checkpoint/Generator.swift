import Engine
import TensorIO

/// A generator without the rest of a training run: what ``Sampler`` needs.
public struct Generator: Sendable {
  /// Only the settings of `CheckpointMetadata.generatorKeys` are valid.
  private let configuration: TrainingConfiguration
  package let network: Network
  package let store: ParameterStore<Float>

  /// The shape of an image.
  public var image: Shape { configuration.image }
  /// The size of a latent vector.
  public var latent: Int { configuration.latent }
  /// The layers.
  public var architecture: Architecture { configuration.generator }

  /// Returns a state's generator, which shares its memory.
  ///
  /// - Parameter state: The state. Its generator must not be trained while this one is in use.
  public init(_ state: TrainingState) {
    configuration = state.configuration
    (network, store) = (state.generator.network, state.generator.store)
  }

  /// Reads the generator of a checkpoint, or a file with only a generator. The values of all other
  /// tensors are not read.
  ///
  /// - Parameter file: The file: a checkpoint, or one whose tensors all belong to the generator.
  /// - Throws: `FileError` if the file is neither.
  public init(_ file: TensorFile) throws(FileError) {
    try file.require(kind: "checkpoint")
    let layout: CheckpointLayout
    if file.containsOnlyGenerator {
      configuration = try CheckpointMetadata.decodeGenerator(file)
      layout = CheckpointLayout(generator: configuration.generatorNetwork)
      try layout.require(file)
    } else {
      (configuration, _, layout) = try CheckpointLayout.read(file)
    }
    network = configuration.generatorNetwork
    store = try layout.store("generator.", network, of: file)
  }

  /// Writes a file with only the generator and commits the output: the tensors `generator.*` of a
  /// checkpoint, and the metadata that generating images needs.
  ///
  /// - Parameter output: The file to write.
  /// - Throws: `FileError` if the output cannot be written.
  public func write(to output: OutputFile) throws(FileError) {
    let layout = CheckpointLayout(generator: network)
    let header = TensorHeader(
      kind: "checkpoint", metadata: CheckpointMetadata.encode(generatorOf: configuration),
      entries: layout.entries)
    let buffers = [store.parameters, store.buffers]
    for (group, numbers) in zip(layout.groups, buffers) { group.toCheckpointLayout(numbers) }
    defer { for (group, numbers) in zip(layout.groups, buffers) { group.toEngineLayout(numbers) } }
    try header.write(buffers, to: output)
  }

  /// The layers with their shapes and tensors.
  package var layers: [ResolvedLayer] {
    do throws(ShapeError) {
      return try architecture.resolved(input: .vector(latent), output: image)
    } catch { preconditionFailure(error.reason) }
  }

  /// The elements of a parameter, in the order of a checkpoint.
  package func elements(ofParameter tensor: Network.Tensor) -> [Float] {
    elements(tensor, store.parameters)
  }

  /// The elements of a running statistic, in the order of a checkpoint.
  package func elements(ofBuffer tensor: Network.Tensor) -> [Float] {
    elements(tensor, store.buffers)
  }

  private func elements(_ tensor: Network.Tensor, _ buffer: Buffer<Float>) -> [Float] {
    let stored = buffer[tensor.range]
    guard let permutation = tensor.parameter.permutation else {
      return (0..<stored.count).map { stored[$0] }
    }
    var elements = [Float](repeating: 0, count: stored.count)
    permutation.forEach { place, pytorch in elements[pytorch] = stored[place] }
    return elements
  }
}
