import Foundation
import Testing

/// A reader of the protobuf wire format, written from its specification for the tests.
struct Protobuf {
  /// A field in the order of the message.
  enum Value {
    case number(UInt64)
    case bytes(ArraySlice<UInt8>)
  }

  private(set) var fields: [(number: Int, value: Value)] = []

  struct Invalid: Error {}

  init(_ bytes: ArraySlice<UInt8>) throws {
    var rest = bytes
    while !rest.isEmpty {
      let key = try Self.varint(&rest)
      let value: Value
      switch key & 7 {
      case 0: value = .number(try Self.varint(&rest))
      case 1: value = .number(Self.number(try Self.take(8, &rest)))
      case 2: value = .bytes(try Self.take(Int(try Self.varint(&rest)), &rest))
      case 5: value = .number(Self.number(try Self.take(4, &rest)))
      default: throw Invalid()
      }
      fields.append((Int(key >> 3), value))
    }
  }

  private static func varint(_ rest: inout ArraySlice<UInt8>) throws -> UInt64 {
    var (number, shift): (UInt64, UInt64) = (0, 0)
    while true {
      guard let byte = rest.popFirst(), shift < 64 else { throw Invalid() }
      number |= UInt64(byte & 127) << shift
      if byte < 128 { return number }
      shift += 7
    }
  }

  private static func take(
    _ count: Int, _ rest: inout ArraySlice<UInt8>
  ) throws -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw Invalid() }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  func numbers(_ field: Int) -> [Int] {
    fields.compactMap {
      if case .number(let value) = $0.value, $0.number == field {
        Int(Int64(bitPattern: value))
      } else {
        nil
      }
    }
  }

  func bytes(_ field: Int) -> [ArraySlice<UInt8>] {
    fields.compactMap {
      if case .bytes(let value) = $0.value, $0.number == field { value } else { nil }
    }
  }

  func texts(_ field: Int) -> [String] {
    bytes(field).map { String(decoding: $0, as: UTF8.self) }
  }

  func messages(_ field: Int) throws -> [Protobuf] { try bytes(field).map { try Protobuf($0) } }

  func message(_ field: Int) throws -> Protobuf { try #require(messages(field).first) }
}

/// What an ONNX file contains, by the field numbers of onnx.proto.
struct ONNXFile {
  struct Node {
    let type: String, inputs: [String], output: String
    /// The integers and texts of the attributes; the bits of a float.
    let attributes: [String: String]
  }

  struct Tensor: Equatable {
    let type: Int, shape: [Int], data: [UInt8]
  }

  let fileVersion: Int, operatorSets: [String: Int]
  let nodes: [Node]
  let tensors: [String: Tensor]
  /// The names of the input and the output, and their dimensions: N for the batch.
  let input: String, output: String
  let metadata: [String: String]

  init(_ bytes: [UInt8]) throws {
    let model = try Protobuf(bytes[...])
    fileVersion = try #require(model.numbers(1).first)
    operatorSets = Dictionary(
      uniqueKeysWithValues: try model.messages(8).map { ($0.texts(1)[0], $0.numbers(2)[0]) })
    metadata = Dictionary(
      uniqueKeysWithValues: try model.messages(14).map { ($0.texts(1)[0], $0.texts(2)[0]) })
    let graph = try model.message(7)
    nodes = try graph.messages(1).map { node in
      let attributes = try node.messages(5).map { attribute in
        let text = attribute.texts(4).first
        let numbers = [2, 3, 8].flatMap(attribute.numbers)
        return (attribute.texts(1)[0], text ?? numbers.map(String.init).joined(separator: " "))
      }
      return Node(
        type: node.texts(4)[0], inputs: node.texts(1), output: node.texts(2)[0],
        attributes: Dictionary(uniqueKeysWithValues: attributes))
    }
    tensors = Dictionary(
      uniqueKeysWithValues: try graph.messages(5).map { tensor in
        (
          tensor.texts(8)[0],
          Tensor(
            type: tensor.numbers(2)[0], shape: tensor.numbers(1), data: Array(tensor.bytes(9)[0]))
        )
      })
    func value(_ field: Int) throws -> String {
      let value = try #require(graph.messages(field).first)
      let tensor = try value.message(2).message(1)
      #expect(tensor.numbers(1) == [1])
      let sizes = try tensor.message(2).messages(1).map { dimension in
        dimension.texts(2).first ?? "\(dimension.numbers(1)[0])"
      }
      return "\(value.texts(1)[0]) \(sizes.joined(separator: "x"))"
    }
    (input, output) = (try value(11), try value(12))
  }
}
