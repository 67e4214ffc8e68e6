import Engine
import TensorIO

extension TrainingConfiguration {
  /// The configuration in a checkpoint or a trace.
  ///
  /// - Throws: `FileError` if the file is neither, or its configuration is not valid.
  public init(_ file: TensorFile) throws(FileError) {
    if file.header.kind != "trace" {
      try file.require(kind: "checkpoint")
      try file.requireMoreThanGenerator()
    }
    self = try CheckpointMetadata.decode(file).configuration
  }

  /// The layers of both networks with their shapes. Nothing else of the configuration is checked.
  ///
  /// - Throws: `ShapeError`, which names the network and the layer that does not fit.
  package func resolvedNetworks() throws(ShapeError) -> (
    generator: [ResolvedLayer], critic: [ResolvedLayer]
  ) {
    guard 1...Architecture.maximumWidth ~= latent else {
      throw ShapeError(reason: "the latent size is out of range")
    }
    func resolved(
      _ name: String, _ network: Architecture, _ input: Shape, _ output: Shape
    ) throws(ShapeError) -> [ResolvedLayer] {
      do throws(ShapeError) { return try network.resolved(input: input, output: output) } catch {
        throw ShapeError(reason: "the \(name): \(error)")
      }
    }
    return (
      try resolved("generator", generator, .vector(latent), image),
      try resolved("critic", critic, image, .vector(1))
    )
  }
}
