// The element types of safetensors. The tools write U8, F32 and I64. They read the others where images
// and checkpoints have them, by conversion.

/// The type of a tensor's elements, little-endian. The raw value is its name in safetensors.
public enum ElementType: String, Sendable, CaseIterable {
  /// An unsigned 8-bit integer.
  case u8 = "U8"
  /// An IEEE 754 single-precision number.
  case f32 = "F32"
  /// A signed 64-bit integer.
  case i64 = "I64"
  /// A Boolean value in one byte, 0 or 1.
  case bool = "BOOL"
  /// A signed 8-bit integer.
  case i8 = "I8"
  /// A signed 16-bit integer.
  case i16 = "I16"
  /// An unsigned 16-bit integer.
  case u16 = "U16"
  /// A signed 32-bit integer.
  case i32 = "I32"
  /// An unsigned 32-bit integer.
  case u32 = "U32"
  /// An unsigned 64-bit integer.
  case u64 = "U64"
  /// An IEEE 754 half-precision number.
  case f16 = "F16"
  /// The upper half of an IEEE 754 single-precision number.
  case bf16 = "BF16"
  /// An IEEE 754 double-precision number.
  case f64 = "F64"
  /// A complex number of two single-precision numbers.
  case c64 = "C64"
  /// An 8-bit number with 5 bits of exponent.
  case f8e5m2 = "F8_E5M2"
  /// An 8-bit number with 4 bits of exponent.
  case f8e4m3 = "F8_E4M3"
  /// An 8-bit power of two.
  case f8e8m0 = "F8_E8M0"
  /// An 8-bit number with 4 bits of exponent and no negative zero.
  case f8e4m3fnuz = "F8_E4M3FNUZ"
  /// An 8-bit number with 5 bits of exponent and no negative zero.
  case f8e5m2fnuz = "F8_E5M2FNUZ"
  /// A 6-bit number with 2 bits of exponent.
  case f6e2m3 = "F6_E2M3"
  /// A 6-bit number with 3 bits of exponent.
  case f6e3m2 = "F6_E3M2"
  /// A 4-bit number.
  case f4 = "F4"

  /// The size of one element, in bits.
  public var bitCount: Int {
    switch self {
    case .f4: 4
    case .f6e2m3, .f6e3m2: 6
    case .u8, .i8, .bool, .f8e5m2, .f8e4m3, .f8e8m0, .f8e4m3fnuz, .f8e5m2fnuz: 8
    case .i16, .u16, .f16, .bf16: 16
    case .i32, .u32, .f32: 32
    case .i64, .u64, .f64, .c64: 64
    }
  }

  /// The size of one element, in bytes, and its alignment; 1 for elements of less than a byte.
  public var byteCount: Int { max(bitCount / 8, 1) }

  /// The Swift type of an element; nil if there is none.
  var swiftType: (any BitwiseCopyable.Type)? {
    switch self {
    case .u8, .bool: UInt8.self
    case .i8: Int8.self
    case .i16: Int16.self
    case .u16: UInt16.self
    case .i32: Int32.self
    case .u32: UInt32.self
    case .i64: Int64.self
    case .u64: UInt64.self
    case .f16: Float16.self
    case .bf16: BFloat16.self
    case .f32: Float.self
    case .f64: Double.self
    default: nil
    }
  }
}

/// The upper half of an IEEE 754 single-precision number.
public struct BFloat16: BitwiseCopyable, Sendable {
  /// The bits.
  public var bitPattern: UInt16

  /// The same number with more bits.
  public var float: Float { Float(bitPattern: UInt32(bitPattern) << 16) }
}
