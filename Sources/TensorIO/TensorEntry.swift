// One tensor as the header describes it. Every size fits into an Int.

/// The name, element type and shape of a tensor.
public struct TensorEntry: Sendable, Equatable {
  /// The name. In a file that another program wrote, it may contain any characters.
  public let name: String
  /// The type of the elements.
  public let type: ElementType
  /// The dimensions, slowest first; empty for a scalar.
  public let shape: [Int]
  /// The number of elements: the product of the dimensions.
  public let elementCount: Int
  /// The size of all elements, in bytes.
  public let byteCount: Int

  /// The largest rank that we write.
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
    guard shape.count <= Self.maximumRank, let entry = TensorEntry(valid: name, type, shape) else {
      preconditionFailure("tensor \(name): impossible shape \(shape)")
    }
    self = entry
  }

  /// Describes a tensor with any name; nil if its size is not a number of bytes that fits into an Int.
  init?(valid name: String, _ type: ElementType, _ shape: [Int]) {
    // The sizes of elements of less than a byte are counted in bits.
    let isPacked = type.bitCount < 8
    let unit = isPacked ? type.bitCount : type.byteCount
    // A 0 must not hide an overflow: another reader may multiply the other dimensions first.
    var size = unit
    for dimension in shape where dimension != 0 {
      let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
      guard dimension > 0, !overflow else { return nil }
      size = product
    }
    if shape.contains(0) { size = 0 }
    guard !isPacked || size.isMultiple(of: 8) else { return nil }
    self.name = name
    self.type = type
    self.shape = shape
    byteCount = isPacked ? size / 8 : size
    elementCount = size / unit
  }

  /// Whether a text is a name that we write: 1 to 128 ASCII letters, digits, `_`, `.` and `-`.
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

  /// The name for a message: without control characters, and of bounded length.
  package var shownName: String { Self.isName(name) ? name : quoted(name) }

  /// The shape for a message, such as `60000x28x28`, of bounded length.
  package var shownShape: String { Self.shown(shape) }

  /// A shape for a message.
  package static func shown(_ shape: [Int]) -> String {
    guard !shape.isEmpty else { return "scalar" }
    let sizes = shape.prefix(maximumRank).map { "\($0)" }.joined(separator: "x")
    return shape.count <= maximumRank ? sizes : "\(sizes)x… (rank \(shape.count))"
  }
}
