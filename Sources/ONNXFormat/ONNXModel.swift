import TensorIO

/// A model in the Open Neural Network Exchange format: `onnx.proto` of https://github.com/onnx/onnx.
package struct ONNXModel {
  /// The computation.
  package var graph: ONNXGraph
  /// Keys and values about the model, for people and programs that use it.
  package var metadata: [(key: String, value: String)]
  /// The name of the program that made the model, and its version.
  package var producer: (name: String, version: String)

  /// The version of the operators, and the oldest version of the file format that has them.
  package static let (operatorSetVersion, fileVersion) = (13, 7)

  /// Describes a model.
  package init(
    _ graph: ONNXGraph, metadata: [(key: String, value: String)],
    producer: (name: String, version: String)
  ) {
    (self.graph, self.metadata, self.producer) = (graph, metadata, producer)
  }

  /// Writes the model and commits the output.
  ///
  /// - Parameter output: The file to write.
  /// - Throws: `.invalid` if the model exceeds 2 GiB, the limit of protobuf; what `OutputFile` throws.
  package func write(to output: OutputFile) throws(FileError) {
    let message = message
    guard message.byteCount < 1 << 31 else {
      throw FileError(.invalid, output.path, "the model exceeds 2 GiB, the limit of ONNX files")
    }
    for piece in message.pieces { try output.write(piece) }
    try output.commit()
  }

  /// ModelProto.
  private var message: ProtobufMessage {
    var model = ProtobufMessage()
    model.append(1, Self.fileVersion)
    model.append(2, producer.name)
    model.append(3, producer.version)
    model.append(7, graph.message)
    var operators = ProtobufMessage()
    operators.append(1, "")
    operators.append(2, Self.operatorSetVersion)
    model.append(8, operators)
    for (key, value) in metadata {
      var entry = ProtobufMessage()
      entry.append(1, key)
      entry.append(2, value)
      model.append(14, entry)
    }
    return model
  }
}

/// A graph with one input and one output, both F32, whose first dimension is the batch, of any size.
package struct ONNXGraph {
  /// A name and the dimensions after the batch.
  package typealias Value = (name: String, shape: [Int])

  /// The name of the graph.
  package var name: String
  /// The input and the output.
  package var input: Value, output: Value
  /// The operators, each after those whose outputs it reads.
  package var nodes: [ONNXNode] = []
  /// The constant inputs of the operators.
  package var tensors: [ONNXTensor] = []

  /// A graph without operators.
  package init(_ name: String, input: Value, output: Value) {
    (self.name, self.input, self.output) = (name, input, output)
  }

  /// GraphProto.
  fileprivate var message: ProtobufMessage {
    var graph = ProtobufMessage()
    for node in nodes { graph.append(1, node.message) }
    graph.append(2, name)
    for tensor in tensors { graph.append(5, tensor.message) }
    graph.append(11, Self.message(input))
    graph.append(12, Self.message(output))
    return graph
  }

  /// ValueInfoProto, with TypeProto and TensorShapeProto.
  private static func message(_ value: Value) -> ProtobufMessage {
    var shape = ProtobufMessage()
    var batch = ProtobufMessage()
    batch.append(2, "N")
    shape.append(1, batch)
    for size in value.shape {
      var dimension = ProtobufMessage()
      dimension.append(1, size)
      shape.append(1, dimension)
    }
    var tensor = ProtobufMessage()
    tensor.append(1, ONNXTensor.floatType)
    tensor.append(2, shape)
    var type = ProtobufMessage()
    type.append(1, tensor)
    var information = ProtobufMessage()
    information.append(1, value.name)
    information.append(2, type)
    return information
  }
}
