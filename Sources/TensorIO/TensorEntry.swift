// One tensor as the header describes it. What is here is valid: a name in the profile's letters,
// a rank of at most eight, sizes that fit an Int.

/// The type of a tensor's elements, little-endian; the raw value is its name in safetensors.
public enum ElementType: String, Sendable, CaseIterable {
  /// A byte, 0 to 255.
  case u8 = "U8"
  /// IEEE single precision.
  case f32 = "F32"
  /// A signed integer of 64 bits.
  case i64 = "I64"

  /// The bytes that one element takes.
  public var byteCount: Int {
    switch self {
    case .u8: 1
    case .f32: 4
    case .i64: 8
    }
  }

  /// The Swift type of an element.
  var number: any BitwiseCopyable.Type {
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

/// A tensor's name, element type and shape.
public struct TensorEntry: Sendable, Equatable {
  /// The name: 1 to 128 letters, digits, "_", "." and "-".
  public let name: String
  /// The type of its elements.
  public let type: ElementType
  /// The dimensions, slowest first; none for a single number.
  public let shape: [Int]
  /// The product of the dimensions.
  public let elementCount: Int
  /// The bytes of all elements.
  public let byteCount: Int

  static let maximumRank = 8

  /// Describes a tensor.
  ///
  /// - Precondition: the name is valid, there are at most eight dimensions, none negative, and the
  ///   size in bytes fits an Int even where dimensions of zero are left out.
  public init(_ name: String, _ type: ElementType, _ shape: [Int]) {
    precondition(Self.isName(name), "\(quoted(name)) is not a tensor's name")
    guard let entry = TensorEntry(valid: name, type, shape) else {
      preconditionFailure("tensor \(name): impossible shape \(shape)")
    }
    self = entry
  }

  /// Describes a tensor of a valid name, if the shape is possible.
  init?(valid name: String, _ type: ElementType, _ shape: [Int]) {
    guard shape.count <= Self.maximumRank else { return nil }
    // A zero must not hide dimensions that another reader would multiply first.
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

  /// Whether a tensor may be called so.
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
