// The elements that are converted: what a number of each type is as a pixel and as a single-precision
// number.

/// An element of a tensor that can be converted.
protocol StoredElement: Sendable {
  /// The bits of an element.
  associatedtype Pattern: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable

  init(pattern: Pattern)

  /// The nearest single-precision number, ties to even.
  var float: Float { get }
  /// The nearest double-precision number.
  var double: Double { get }
  /// Whether `float` is the same number.
  var isFloat: Bool { get }
  /// The integer, if the number is one.
  var integer: Int64? { get }
  /// The number for a message.
  var text: String { get }
}

extension StoredElement where Self: FixedWidthInteger {
  var float: Float { Float(self) }
  var double: Double { Double(self) }
  var isFloat: Bool { Self(exactly: float) == self }
  var integer: Int64? { Int64(exactly: self) }
  var text: String { "\(self)" }
}

extension StoredElement where Self: BinaryFloatingPoint {
  var float: Float { Float(self) }
  var double: Double { Double(self) }
  var isFloat: Bool { isNaN || Double(float) == double }
  var integer: Int64? { Int64(exactly: self) }
  var text: String { "\(double)" }
}

extension UInt8: StoredElement {
  init(pattern: UInt8) { self = pattern }
}
extension UInt16: StoredElement {
  init(pattern: UInt16) { self = pattern }
}
extension UInt32: StoredElement {
  init(pattern: UInt32) { self = pattern }
}
extension UInt64: StoredElement {
  init(pattern: UInt64) { self = pattern }
}
extension Int8: StoredElement {
  init(pattern: UInt8) { self.init(bitPattern: pattern) }
}
extension Int16: StoredElement {
  init(pattern: UInt16) { self.init(bitPattern: pattern) }
}
extension Int32: StoredElement {
  init(pattern: UInt32) { self.init(bitPattern: pattern) }
}
extension Int64: StoredElement {
  init(pattern: UInt64) { self.init(bitPattern: pattern) }
}
extension Float16: StoredElement {
  init(pattern: UInt16) { self.init(bitPattern: pattern) }
}
extension Float: StoredElement {
  init(pattern: UInt32) { self.init(bitPattern: pattern) }
}
extension Double: StoredElement {
  init(pattern: UInt64) { self.init(bitPattern: pattern) }
}

extension BFloat16: StoredElement {
  init(pattern: UInt16) { self.init(bitPattern: pattern) }
  var double: Double { Double(float) }
  var isFloat: Bool { true }
  var integer: Int64? { Int64(exactly: float) }
  var text: String { float.text }
}

/// A Boolean value as a pixel: black or white.
struct BooleanPixel: StoredElement {
  private let value: UInt8
  init(pattern: UInt8) { value = pattern == 0 ? 0 : 255 }
  var float: Float { Float(value) }
  var double: Double { Double(value) }
  var isFloat: Bool { true }
  var integer: Int64? { Int64(value) }
  var text: String { "\(value)" }
}

/// Work on elements whose type is known when the program runs.
protocol ElementOperation {
  associatedtype Result
  func run<Element: StoredElement>(_ type: Element.Type) throws(FileError) -> Result
}

extension ElementType {
  /// Runs an operation for the elements of this type, in a specialized copy; nil if the type cannot be
  /// converted.
  func apply<Operation: ElementOperation>(
    _ operation: Operation
  ) throws(FileError) -> Operation.Result? {
    switch self {
    case .u8: try operation.run(UInt8.self)
    case .bool: try operation.run(BooleanPixel.self)
    case .i8: try operation.run(Int8.self)
    case .i16: try operation.run(Int16.self)
    case .u16: try operation.run(UInt16.self)
    case .i32: try operation.run(Int32.self)
    case .u32: try operation.run(UInt32.self)
    case .i64: try operation.run(Int64.self)
    case .u64: try operation.run(UInt64.self)
    case .f16: try operation.run(Float16.self)
    case .bf16: try operation.run(BFloat16.self)
    case .f32: try operation.run(Float.self)
    case .f64: try operation.run(Double.self)
    case .c64, .f8e5m2, .f8e4m3, .f8e8m0, .f8e4m3fnuz, .f8e5m2fnuz, .f6e2m3, .f6e3m2, .f4: nil
    }
  }
}
