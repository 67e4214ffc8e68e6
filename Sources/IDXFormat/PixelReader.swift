import TensorIO

/// Reads images of any element type as bytes.
struct PixelReader {
  let reader: IDXReader
  /// The values that become 0 and 255.
  private let range: ClosedRange<Double>?
  private var buffer: [UInt8] = []
  /// The number of elements read.
  private var done = 0
  private var largest: UInt8 = 0
  /// The number of values outside the range.
  private var clampedCount = 0

  init(_ reader: IDXReader, range: ClosedRange<Double>?) {
    (self.reader, self.range) = (reader, range)
  }

  /// The next bytes: about a million, or none at the end.
  ///
  /// - Parameter group: The number of values is a multiple of this one, which is a divisor of all elements
  ///   and at most `IDXConversion.turnedImageLimit`.
  /// - Throws: `.invalid` if a value does not fit, and what `IDXReader.read` throws.
  mutating func next(multipleOf group: Int) throws(FileError) -> [UInt8] {
    let type = reader.header.type
    let size = max(1 << 20 / group, 1) * group * type.byteCount
    if buffer.count != size { buffer = [UInt8](repeating: 0, count: size) }
    let count = try reader.read(into: &buffer) / type.byteCount
    defer { done += count }
    var values: [UInt8] = []
    if type == .u8, range == nil {
      values += buffer[..<count]
    } else {
      values.reserveCapacity(count)
      for index in 0..<count {
        let number = type.number(index, of: buffer.span)
        guard let byte = byte(number) else { throw misfit(number, at: done + index) }
        values.append(byte)
        if let range, !(range ~= number) { clampedCount += 1 }
      }
    }
    for value in values where value > largest { largest = value }
    return values
  }

  /// The byte of a number; nil if it does not fit.
  private func byte(_ number: Double) -> UInt8? {
    guard let range else { return UInt8(exactly: number) }
    guard !number.isNaN else { return nil }
    let fraction = (number - range.lowerBound) / (range.upperBound - range.lowerBound)
    return UInt8((min(max(fraction, 0), 1) * 255).rounded())
  }

  private func misfit(_ number: Double, at index: Int) -> FileError {
    let place = reader.header.position(of: index).map(String.init).joined(separator: ", ")
    let expected =
      range == nil
      ? "expected an integer from 0 to 255); map other values with --range, such as --range 0,1"
      : "expected a number)"
    return FileError(
      .invalid, reader.path, "value at [\(place)] is \(text(of: number)) (\(expected)")
  }

  /// A line about images that lost their contrast; nil if there is nothing to report.
  var warning: String? {
    if clampedCount > 0 {
      return "\(clampedCount) of \(done) values are outside the range and became 0 or 255"
    }
    guard largest == 1, range == nil else { return nil }
    return
      "all values are 0 or 1 of 255, so the images are nearly black; use --range 0,1 if 1 is white"
  }
}
