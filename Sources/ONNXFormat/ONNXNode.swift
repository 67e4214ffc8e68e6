import TensorIO

/// One operator of a graph.
package struct ONNXNode {
  /// The name of the operator, such as `Conv`.
  package var type: String
  /// The names of the values that it reads; an empty name stands for an optional input without a value.
  package var inputs: [String]
  /// The name of the value that it computes, and of the operator.
  package var output: String
  /// The settings of the operator.
  package var attributes: [(name: String, value: ONNXAttribute)]

  /// Describes an operator.
  package init(
    _ type: String, _ inputs: [String], output: String,
    _ attributes: [(name: String, value: ONNXAttribute)] = []
  ) {
    (self.type, self.inputs, self.output, self.attributes) = (type, inputs, output, attributes)
  }

  /// NodeProto.
  var message: ProtobufMessage {
    var node = ProtobufMessage()
    for input in inputs { node.append(1, input) }
    node.append(2, output)
    node.append(3, output)
    node.append(4, type)
    for (name, value) in attributes { node.append(5, value.message(name)) }
    return node
  }
}

/// A setting of an operator.
package enum ONNXAttribute {
  /// A number of single precision.
  case float(Float)
  /// An integer.
  case integer(Int)
  /// A text.
  case text(String)
  /// Integers.
  case integers([Int])

  /// AttributeProto.
  fileprivate func message(_ name: String) -> ProtobufMessage {
    var attribute = ProtobufMessage()
    attribute.append(1, name)
    switch self {
    case .float(let number): attribute.append(2, number.bitPattern)
    case .integer(let number): attribute.append(3, number)
    case .text(let text): attribute.append(4, text)
    case .integers(let numbers): for number in numbers { attribute.append(8, number) }
    }
    attribute.append(20, type)
    return attribute
  }

  /// AttributeType.
  private var type: Int {
    switch self {
    case .float: 1
    case .integer: 2
    case .text: 3
    case .integers: 7
    }
  }
}

/// A constant tensor.
package struct ONNXTensor {
  /// The name of the value.
  package var name: String
  /// The dimensions.
  package var shape: [Int]
  private let type: Int
  private let data: [UInt8]

  /// TensorProto.DataType.
  static let floatType = 1
  private static let integerType = 7

  /// A tensor of F32 elements, row by row.
  ///
  /// - Precondition: The shape has as many elements.
  package init(_ name: String, _ shape: [Int], _ elements: [Float]) {
    precondition(shape.reduce(1, *) == elements.count)
    var data: [UInt8] = []
    data.reserveCapacity(4 * elements.count)
    for element in elements {
      let bits = element.bitPattern
      for shift in [0, 8, 16, 24] as [UInt32] {
        data.append(UInt8(truncatingIfNeeded: bits >> shift))
      }
    }
    (self.name, self.shape, type, self.data) = (name, shape, Self.floatType, data)
  }

  /// A list of I64 elements.
  package init(_ name: String, _ elements: [Int]) {
    (self.name, shape, type) = (name, [elements.count], Self.integerType)
    data = elements.flatMap { Int64($0).littleEndianBytes }
  }

  /// TensorProto.
  var message: ProtobufMessage {
    var tensor = ProtobufMessage()
    for size in shape { tensor.append(1, size) }
    tensor.append(2, type)
    tensor.append(8, name)
    tensor.append(9, data)
    return tensor
  }
}
