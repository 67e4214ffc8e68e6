// The header of an IDX file, the format of MNIST: two zero bytes, the element type, the number of
// dimensions, then each dimension in 32 bits, big-endian. http://yann.lecun.com/exdb/mnist/
import TensorIO

/// The header of an IDX file.
public struct IDXHeader: Sendable, Equatable {
  /// The dimensions, slowest first: at least one, none of them 0.
  public let dimensions: [Int]
  /// The type of the elements.
  public let type: IDXElementType
  /// The number of elements: the product of the dimensions.
  public let elementCount: Int
  /// The size of the data, in bytes: at most 2⁶².
  public var byteCount: Int { elementCount * type.byteCount }

  /// Reads a header. The next byte of the input is then the first of the data.
  ///
  /// - Throws: `.invalid` if the input is not IDX, or if its element type or its dimensions are impossible;
  ///   what `InflatingInput.read` throws.
  init(_ input: InflatingInput) throws(FileError) {
    var bytes = try input.bytes(4)
    guard !bytes.isEmpty else { throw FileError(.invalid, input.path, "is empty") }
    guard bytes.prefix(2).allSatisfy({ $0 == 0 }) else {
      let magic = bytes.map { hexadecimal($0).lowercased() }.joined(separator: " ")
      bytes += try input.bytes(FileFormat.headSize - bytes.count)
      throw notIDX(input.path, bytes, "begins with \(magic)")
    }
    guard bytes.count == 4 else {
      throw FileError(truncated: input.path, "header", expected: "at least 8", found: bytes.count)
    }
    let (code, rank) = (bytes[2], Int(bytes[3]))
    guard let type = IDXElementType(rawValue: code) else {
      throw FileError(
        .invalid, input.path,
        "unknown element type (expected 0x08, 0x09 or 0x0B to 0x0E; found 0x\(hexadecimal(code)))")
    }
    self.type = type
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
      guard !overflow, next <= 1 << 62 / type.byteCount else {
        throw FileError(
          .invalid, input.path, "header declares more data than a file can hold")
      }
      product = next
    }
    elementCount = product
  }

  /// The index of an element in each dimension.
  func position(of element: Int) -> [Int] {
    var (rest, position) = (element, [Int]())
    for dimension in dimensions.reversed() {
      position.append(rest % dimension)
      rest /= dimension
    }
    return position.reversed()
  }
}

/// Two uppercase digits, as in the description of the format.
private func hexadecimal(_ byte: UInt8) -> String {
  (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
}

/// The error for a file of another format.
private func notIDX(_ path: String, _ head: [UInt8], _ beginning: String) -> FileError {
  // One layer of gzip is inflated already.
  if FileFormat(head) == .gzip {
    return FileError(.invalid, path, "is gzip data inside gzip data; decompress it with gzip -d")
  }
  let isLittleEndian =
    head.count >= 4 && 1...4 ~= head[0] && 0x08...0x0E ~= head[1]
    && head[2...3].allSatisfy { $0 == 0 }
  return FileError(
    path, isNot: "an IDX file", head,
    unknown: " (\(beginning)\(isLittleEndian ? ": a little-endian IDX header" : ""))")
}
