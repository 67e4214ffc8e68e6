// The header of an IDX file, the format of MNIST: two zero bytes, the element type, the number of
// dimensions, then each dimension in 32 bits, big-endian. http://yann.lecun.com/exdb/mnist/
import TensorIO

/// The header of an IDX file of unsigned bytes.
public struct IDXHeader: Sendable, Equatable {
  /// The dimensions, slowest first: at least one, none of them 0.
  public let dimensions: [Int]
  /// The size of the data, in bytes: the product of the dimensions, at most 2⁶².
  public let byteCount: Int

  private static let unsignedByte: UInt8 = 0x08
  private static let typeNames: [UInt8: String] = [
    0x09: "signed byte", 0x0B: "16-bit integer", 0x0C: "32-bit integer", 0x0D: "32-bit float",
    0x0E: "64-bit float",
  ]

  /// Reads a header. The next byte of the input is then the first of the data.
  ///
  /// - Throws: `.invalid` if the input is not IDX, if its elements are not unsigned bytes, or if its
  ///   dimensions are impossible; what `InflatingInput.read` throws.
  init(_ input: InflatingInput) throws(FileError) {
    var bytes = try input.bytes(4)
    guard !bytes.isEmpty else { throw FileError(.invalid, input.path, "is empty") }
    guard bytes.prefix(2).allSatisfy({ $0 == 0 }) else {
      let magic = bytes.map { hexadecimal($0).lowercased() }.joined(separator: " ")
      bytes += try input.bytes(5)
      let format = otherFormat(bytes).map { ": \($0)" } ?? ""
      throw FileError(.invalid, input.path, "is not an IDX file (begins with \(magic)\(format))")
    }
    guard bytes.count == 4 else {
      throw FileError(truncated: input.path, "header", expected: "at least 8", found: bytes.count)
    }
    let (type, rank) = (bytes[2], Int(bytes[3]))
    guard type == Self.unsignedByte else {
      let name = Self.typeNames[type].map { "\($0), " } ?? ""
      throw FileError(
        .invalid, input.path,
        "unsupported element type (expected unsigned byte, 0x\(hexadecimal(Self.unsignedByte)); "
          + "found \(name)0x\(hexadecimal(type)))")
    }
    guard rank > 0 else { throw FileError(.invalid, input.path, "has no dimensions") }

    bytes = try input.bytes(4 * rank)
    guard bytes.count == 4 * rank else {
      throw FileError(
        truncated: input.path, "header", expected: "\(4 + 4 * rank)", found: 4 + bytes.count)
    }
    dimensions = (0..<rank).map { index in
      bytes[4 * index..<4 * index + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    var product = 1
    for (index, dimension) in dimensions.enumerated() {
      guard dimension > 0 else {
        throw FileError(.invalid, input.path, "dimension \(index + 1) of \(rank) is 0")
      }
      let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
      // The limit is below Int.max, so that sums with the product do not overflow either.
      guard !overflow, next <= 1 << 62 else {
        throw FileError(
          .invalid, input.path, "header declares more data than a file can hold")
      }
      product = next
    }
    byteCount = product
  }
}

/// Two uppercase digits, as in the description of the format.
private func hexadecimal(_ byte: UInt8) -> String {
  (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
}

/// Recognizes a file that is not IDX by its first nine bytes.
private func otherFormat(_ bytes: [UInt8]) -> String? {
  // One layer of gzip is inflated already.
  if bytes.starts(with: FileFormat.gzip.signature) { return "gzip data inside gzip data" }
  if bytes.count >= 4, 1...4 ~= bytes[0], 0x08...0x0E ~= bytes[1],
    bytes[2...3].allSatisfy({ $0 == 0 })
  {
    return "a little-endian IDX header"
  }
  return FileFormat.name(of: bytes)
}
