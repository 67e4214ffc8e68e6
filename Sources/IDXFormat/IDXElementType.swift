/// The type of the elements of an IDX file, big-endian. The raw value is its code in the header.
public enum IDXElementType: UInt8, Sendable {
  /// An unsigned 8-bit integer.
  case u8 = 0x08
  /// A signed 8-bit integer.
  case i8 = 0x09
  /// A signed 16-bit integer.
  case i16 = 0x0B
  /// A signed 32-bit integer.
  case i32 = 0x0C
  /// An IEEE 754 single-precision number.
  case f32 = 0x0D
  /// An IEEE 754 double-precision number.
  case f64 = 0x0E

  /// The size of one element, in bytes.
  public var byteCount: Int {
    switch self {
    case .u8, .i8: 1
    case .i16: 2
    case .i32, .f32: 4
    case .f64: 8
    }
  }

  /// The element at an index of some data: every type fits into a double-precision number.
  func number(_ index: Int, of data: Span<UInt8>) -> Double {
    var bits: UInt64 = 0
    for byte in index * byteCount..<(index + 1) * byteCount {
      bits = bits << 8 | UInt64(data[byte])
    }
    return switch self {
    case .u8: Double(bits)
    case .i8: Double(Int8(truncatingIfNeeded: bits))
    case .i16: Double(Int16(truncatingIfNeeded: bits))
    case .i32: Double(Int32(truncatingIfNeeded: bits))
    case .f32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .f64: Double(bitPattern: bits)
    }
  }
}

/// A number in a message: an integer without a decimal point.
func text(of number: Double) -> String {
  Int(exactly: number).map { "\($0)" } ?? "\(number)"
}
