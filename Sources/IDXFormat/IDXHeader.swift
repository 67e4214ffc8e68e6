// The header of an IDX file, as of MNIST: two zero bytes, the type of the elements, the number of
// dimensions, then each dimension, 32 bits, big-endian. http://yann.lecun.com/exdb/mnist/
import TensorIO

/// What an IDX file of unsigned bytes announces.
public struct IDXHeader: Sendable, Equatable {
  /// The sizes, slowest first: at least one, none of them zero.
  public let dimensions: [Int]
  /// Their product, which is the number of data bytes; at most 2⁶².
  public let byteCount: Int

  private static let unsignedByte: UInt8 = 0x08
  private static let typeNames: [UInt8: String] = [
    0x09: "signed byte", 0x0B: "16-bit integer", 0x0C: "32-bit integer", 0x0D: "32-bit float",
    0x0E: "64-bit float",
  ]

  /// Reads a header and leaves the input at the data.
  ///
  /// Throws `.invalid` for what is not IDX, for elements other than unsigned bytes, and for sizes
  /// that no file has.
  init(_ input: InflatingInput) throws(FileError) {
    var bytes = try input.bytes(4)
    guard !bytes.isEmpty else { throw FileError(.invalid, input.path, "is empty") }
    guard bytes.prefix(2).allSatisfy({ $0 == 0 }) else {
      let magic = bytes.map { hexadecimal($0).lowercased() }.joined(separator: " ")
      bytes += try input.bytes(5)
      let format = knownFormat(bytes).map { ": \($0)" } ?? ""
      throw FileError(.invalid, input.path, "is not an IDX file (begins with \(magic)\(format))")
    }
    guard bytes.count == 4 else { throw Self.cut(input, bytes.count, "at least 8") }
    let (type, rank) = (bytes[2], Int(bytes[3]))
    guard type == Self.unsignedByte else {
      let name = Self.typeNames[type].map { "is \($0) (0x\(hexadecimal(type)))" }
      throw FileError(
        .invalid, input.path,
        "element type \(name ?? "0x\(hexadecimal(type)) is unknown"); "
          + "only unsigned byte (0x\(hexadecimal(Self.unsignedByte))) is supported")
    }
    guard rank > 0 else { throw FileError(.invalid, input.path, "has no dimensions") }

    bytes = try input.bytes(4 * rank)
    guard bytes.count == 4 * rank else {
      throw Self.cut(input, 4 + bytes.count, "\(4 + 4 * rank)")
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
      // Some room is left, so that what is added to the product cannot overflow either.
      guard !overflow, next <= 1 << 62 else {
        throw FileError(.invalid, input.path, "announces more bytes than a file can hold")
      }
      product = next
    }
    byteCount = product
  }

  private static func cut(_ input: InflatingInput, _ count: Int, _ expected: String) -> FileError {
    FileError(.invalid, input.path, "header cut short: \(count) of \(expected) bytes")
  }
}

extension InflatingInput {
  /// The next bytes, fewer only at the end; for small counts that no file decides.
  func bytes(_ count: Int) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = try read(into: &bytes, 0..<count)
    return Array(bytes[..<got])
  }
}

/// Two digits, in upper case as the format's description has them.
private func hexadecimal(_ byte: UInt8) -> String {
  (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
}

/// What a file is that is not IDX, if its first nine bytes tell.
private func knownFormat(_ bytes: [UInt8]) -> String? {
  let formats: [(name: String, magic: [UInt8])] = [
    ("a PNG file", [0x89, 0x50, 0x4E, 0x47]), ("a JPEG file", [0xFF, 0xD8, 0xFF]),
    ("a zip file", [0x50, 0x4B, 0x03, 0x04]), ("gzip within gzip", [0x1F, 0x8B]),
    ("a NumPy file", [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]),
  ]
  for format in formats where bytes.starts(with: format.magic) { return format.name }
  guard bytes.count >= 4 else { return nil }
  if (1...4).contains(bytes[0]), 0x08...0x0E ~= bytes[1], bytes[2...3].allSatisfy({ $0 == 0 }) {
    return "an IDX header in little-endian order"
  }
  let isTensor = bytes.count == 9 && bytes[3..<8].allSatisfy { $0 == 0 } && bytes[8] == 0x7B
  return isTensor ? "a tensor file" : nil
}
