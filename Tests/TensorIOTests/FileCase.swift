// A tensor file for a test, with the error that reading it gives.
import Testing

/// A file, and a part of the message of its error.
struct FileCase: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: [UInt8]
  let fragment: String

  init(_ name: String, _ bytes: [UInt8], _ fragment: String = "") {
    self.name = name
    self.bytes = bytes
    self.fragment = fragment
  }

  /// The tensor `t`, of 16 bytes, as a member of a header.
  static let t = #""t":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}"#

  /// A header followed by zeros as data.
  init(_ name: String, _ json: String, _ fragment: String = "", data: Int = 16) {
    self.init(name, container(json, data: data), fragment)
  }

  /// A header with one tensor of this shape.
  static func dimensions(_ shape: String, _ fragment: String) -> FileCase {
    FileCase(
      "shape [\(shape)]", #"{"t":{"dtype":"F32","shape":[\#(shape)],"data_offsets":[0,16]}}"#,
      fragment)
  }

  /// A header with one tensor with these offsets.
  static func offsets(_ offsets: String, _ fragment: String) -> FileCase {
    FileCase(
      "data_offsets [\(offsets)]",
      #"{"t":{"dtype":"F32","shape":[2,2],"data_offsets":[\#(offsets)]}}"#, fragment)
  }

  /// A header with these metadata and one tensor.
  static func metadata(_ name: String, _ value: String, _ fragment: String = "") -> FileCase {
    FileCase("metadata \(name)", #"{"__metadata__":\#(value),\#(t)}"#, fragment)
  }

  /// A header with two U8 tensors at these offsets.
  static func two(_ name: String, _ first: [Int], _ second: [Int], _ fragment: String) -> FileCase {
    func u8(_ name: String, _ range: [Int]) -> String {
      let count = range[1] - range[0]
      return #""\#(name)":{"dtype":"U8","shape":[\#(count)],"data_offsets":\#(range)}"#
    }
    return FileCase(name, "{\(u8("a", first)),\(u8("b", second))}", fragment)
  }

  var testDescription: String { name }
}
