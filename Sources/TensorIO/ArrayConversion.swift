// The conversions of array elements: to bytes, to single precision, or only in their order.

extension ArrayView {
  /// The extremes of an array's numbers.
  struct Extent {
    var minimum = Double.infinity
    var maximum = -Double.infinity
    /// Whether all numbers are integers.
    var isWhole = true
    /// The place of the first number that is not finite.
    var notFinite: Int?
  }

  /// The bytes of the array in row-major order and little-endian, each element unchanged.
  func reordered(_ path: String) throws(FileError) -> FileContent? {
    struct Reordering: ElementOperation {
      let view: ArrayView, path: String
      func run<Element: StoredElement>(_ type: Element.Type) throws(FileError) -> FileContent {
        try view.converted(path, from: Bits<Element.Pattern>.self, zero: 0) { element, _ in
          element.pattern.littleEndian
        }
      }
    }
    if let content = try type.apply(Reordering(view: self, path: path)) { return content }
    // A complex number is two elements.
    guard type == .c64 else { return nil }
    var entry = TensorEntry("", .f32, [])
    if let pairs = TensorEntry(valid: "", .f32, shape + [2]) { entry = pairs }
    guard strides == ArrayView(place, entry).strides.dropLast().map({ $0 / 2 }) else { return nil }
    return try ArrayView(place, entry, isBigEndian: isBigEndian).reordered(path)
  }

  /// The numbers in single precision, and how many of them were rounded.
  func floats(_ path: String) throws(FileError) -> (content: FileContent, roundedCount: Int)? {
    struct Rounding: ElementOperation {
      let view: ArrayView, path: String
      func run<Element: StoredElement>(
        _ type: Element.Type
      ) throws(FileError) -> (content: FileContent, roundedCount: Int) {
        var count = 0
        let content = try view.converted(path, from: type, zero: Float(0)) { element, _ in
          if !element.isFloat { count += 1 }
          return element.float
        }
        return (content, count)
      }
    }
    return try type.apply(Rounding(view: self, path: path))
  }

  /// The numbers of a range as single-precision numbers from −1 to 1.
  ///
  /// - Throws: `.invalid`, which names the first number outside the range.
  func scaled(
    _ path: String, _ name: String, from range: ValueRange, _ text: String
  ) throws(FileError) -> FileContent? {
    struct Scaling: ElementOperation {
      let view: ArrayView, path: String, name: String, range: ValueRange, text: String
      func run<Element: StoredElement>(_ type: Element.Type) throws(FileError) -> FileContent {
        try view.converted(path, from: type, zero: Float(0)) {
          element, offset throws(FileError) in
          let value = element.double
          guard range.contains(value) else {
            throw FileError(
              .invalid, path,
              "\(name)\(view.index(offset)) is \(element.text), outside its range \(text)")
          }
          return range.scaled(value)
        }
      }
    }
    return try type.apply(
      Scaling(view: self, path: path, name: name, range: range, text: text))
  }

  /// The numbers as bytes.
  ///
  /// - Throws: `.invalid`, which names the first number that is not an integer from 0 to 255.
  func bytes(_ path: String, _ name: String, advice: String = "") throws(FileError) -> FileContent?
  {
    struct Narrowing: ElementOperation {
      let view: ArrayView, path: String, name: String, advice: String
      func run<Element: StoredElement>(_ type: Element.Type) throws(FileError) -> FileContent {
        try view.converted(path, from: type, zero: UInt8(0)) {
          element, offset throws(FileError) in
          guard let integer = element.integer, let byte = UInt8(exactly: integer) else {
            throw FileError(
              .invalid, path,
              "\(name)\(view.index(offset)) is \(element.text) (expected an integer from 0 to 255)"
                + advice)
          }
          return byte
        }
      }
    }
    return try type.apply(Narrowing(view: self, path: path, name: name, advice: advice))
  }

  /// The numbers as 64-bit integers.
  ///
  /// - Throws: `.invalid`, which names the first number that is none.
  func integers(_ path: String, _ name: String) throws(FileError) -> FileContent? {
    struct Widening: ElementOperation {
      let view: ArrayView, path: String, name: String
      func run<Element: StoredElement>(_ type: Element.Type) throws(FileError) -> FileContent {
        try view.converted(path, from: type, zero: Int64(0)) { element, offset throws(FileError) in
          guard let integer = element.integer else {
            throw FileError(
              .invalid, path, "\(name)\(view.index(offset)) is \(element.text), not an integer")
          }
          return integer
        }
      }
    }
    return try type.apply(Widening(view: self, path: path, name: name))
  }

  /// The extremes of the numbers; nil if the type cannot be converted.
  func extent() throws(FileError) -> Extent? {
    struct Search: ElementOperation {
      let view: ArrayView
      func run<Element: StoredElement>(_ type: Element.Type) throws(FileError) -> Extent {
        unsafe view.withBytes { bytes in
          var extent = Extent()
          for offset in 0..<view.elementCount {
            let value = unsafe view.element(offset, of: bytes, as: type).double
            guard value.isFinite else {
              extent.notFinite = offset
              break
            }
            if value < extent.minimum { extent.minimum = value }
            if value > extent.maximum { extent.maximum = value }
            if extent.isWhole, value != value.rounded() { extent.isWhole = false }
          }
          return extent
        }
      }
    }
    return try type.apply(Search(view: self))
  }
}

/// The bits of an element, whatever they mean.
private struct Bits<Pattern: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable>:
  StoredElement
{
  let pattern: Pattern
  init(pattern: Pattern) { self.pattern = pattern }
  var float: Float { Float(pattern) }
  var double: Double { Double(pattern) }
  var isFloat: Bool { false }
  var integer: Int64? { nil }
  var text: String { "\(pattern)" }
}
