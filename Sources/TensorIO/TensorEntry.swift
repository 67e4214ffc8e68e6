// One tensor as the header describes it. Every value is valid: an allowed name, a rank of at most 8,
// and a size that fits into an Int.

/// The type of a tensor's elements, little-endian. The raw value is its name in safetensors.
public enum ElementType: String, Sendable, CaseIterable {
  /// An unsigned 8-bit integer.
  case u8 = "U8"
  /// An IEEE 754 single-precision number.
  case f32 = "F32"
  /// A signed 64-bit integer.
  case i64 = "I64"

  /// The size of one element, in bytes.
  public var byteCount: Int {
    switch self {
    case .u8: 1
    case .f32: 4
    case .i64: 8
    }
  }

  /// The Swift type of an element.
  var swiftType: any BitwiseCopyable.Type {
    switch self {
    case .u8: UInt8.self
    case .f32: Float.self
    case .i64: Int64.self
    }
  }

  /// Whether safetensors defines a type of this name, supported here or not.
  static func isKnown(_ name: String) -> Bool {
    let known = [
      "BOOL", "F4", "F6_E2M3", "F6_E3M2", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0",
      "F8_E4M3FNUZ", "F8_E5M2FNUZ", "I16", "U16", "F16", "BF16", "I32", "U32", "F32", "C64",
      "F64", "I64", "U64",
    ]
    return known.contains(name)
  }
}

/// The name, element type and shape of a tensor.
public struct TensorEntry: Sendable, Equatable {
  /// The name: 1 to 128 ASCII letters, digits, `_`, `.` and `-`.
  public let name: String
  /// The type of the elements.
  public let type: ElementType
  /// The dimensions, slowest first; empty for a scalar.
  public let shape: [Int]
  /// The number of elements: the product of the dimensions.
  public let elementCount: Int
  /// The size of all elements, in bytes.
  public let byteCount: Int

  static let maximumRank = 8

  /// Describes a tensor.
  ///
  /// - Parameters:
  ///   - name: 1 to 128 ASCII letters, digits, `_`, `.` and `-`.
  ///   - type: The type of the elements.
  ///   - shape: The dimensions, slowest first.
  /// - Precondition: The name is valid, there are at most 8 dimensions, none is negative, and the
  ///   size in bytes fits into an Int even if dimensions of 0 are left out.
  public init(_ name: String, _ type: ElementType, _ shape: [Int]) {
    precondition(Self.isName(name), "invalid tensor name \(quoted(name))")
    guard let entry = TensorEntry(valid: name, type, shape) else {
      preconditionFailure("tensor \(name): impossible shape \(shape)")
    }
    self = entry
  }

  /// Describes a tensor with a valid name; nil if the shape is impossible.
  init?(valid name: String, _ type: ElementType, _ shape: [Int]) {
    guard shape.count <= Self.maximumRank else { return nil }
    // A 0 must not hide an overflow: another reader may multiply the other dimensions first.
    var size = type.byteCount
    for dimension in shape where dimension != 0 {
      let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
      guard dimension > 0, !overflow else { return nil }
      size = product
    }
    self.name = name
    self.type = type
    self.shape = shape
    byteCount = shape.contains(0) ? 0 : size
    elementCount = byteCount / type.byteCount
  }

  /// Whether a text is a valid name of a tensor.
  static func isName(_ name: String) -> Bool {
    (1...128).contains(name.utf8.count) && name != TensorHeader.metadataName
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
          UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}
