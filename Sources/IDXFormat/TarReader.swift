// The archive format of tar: POSIX ustar and pax, and the long names and numbers of GNU tar. A member is a
// header of 512 bytes and its content, padded with zeros to a multiple of 512. Two blocks of zeros end the
// archive. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
import TensorIO

/// Reads the regular files of a tar archive, in one pass. All header checksums are verified. Memory does not
/// grow with the archive.
struct TarReader {
  /// A regular file in the archive.
  struct Member {
    let name: String
    /// The size of the content, in bytes.
    let size: Int
  }

  static let blockSize = 512
  /// The size of the largest extended header, in bytes.
  private static let extensionLimit = 1 << 16

  private let input: InflatingInput
  /// The block that was read to recognize the archive.
  private var first: [UInt8]?
  /// The bytes of the current member that are left, without and with its padding.
  private var rest = 0, paddedRest = 0

  /// Starts after the first block, whose bytes are given.
  init(_ input: InflatingInput, first block: [UInt8]) { (self.input, first) = (input, block) }

  /// Whether a block is the header of a member.
  static func isHeader(_ block: [UInt8]) -> Bool {
    block.count == blockSize && block[257...].starts(with: "ustar".utf8)
  }

  /// Skips the rest of the current member, and reads headers up to the next regular file.
  ///
  /// - Returns: The file; nil at the end of the archive, after all of the input is read.
  /// - Throws: `.invalid` if the archive is truncated, corrupted or of an unknown kind; what
  ///   `InflatingInput.read` throws.
  mutating func next() throws(FileError) -> Member? {
    var name: String?, size: Int?
    while let block = try header() {
      let type = block[156]
      (rest, paddedRest) = (0, 0)
      let stored = try number(block[124..<136])
      switch type {
      // A regular file; 0 in archives of the old format.
      case UInt8(ascii: "0"), 0, UInt8(ascii: "7"):
        try begin(size ?? stored)
        return Member(name: name ?? Self.name(block), size: rest)
      // Extended headers of pax for the next member, and of all members.
      case UInt8(ascii: "x"):
        let records = try records(stored)
        name = records["path"] ?? name
        if let text = records["size"] {
          guard let number = Int(text), number >= 0 else { throw corrupted("a size of pax") }
          size = number
        }
      case UInt8(ascii: "g"): _ = try records(stored)
      // Long names of GNU tar for the next member and for the target of a link.
      case UInt8(ascii: "L"):
        name = String(decoding: try content(stored).prefix { $0 != 0 }, as: UTF8.self)
      case UInt8(ascii: "K"): _ = try content(stored)
      // Links, devices and directories, whose content is empty.
      case UInt8(ascii: "1")...UInt8(ascii: "6"):
        try begin(size ?? stored)
        (name, size) = (nil, nil)
      default:
        throw FileError(
          .invalid, input.path, "has a tar member of the unsupported type \(quoted(letter(type)))")
      }
    }
    return nil
  }

  /// The next bytes of the current member; fewer only at its end.
  ///
  /// - Throws: `.invalid` if the archive is truncated, and what `InflatingInput.read` throws.
  mutating func bytes(_ count: Int) throws(FileError) -> [UInt8] {
    let bytes = try input.bytes(min(count, rest))
    guard bytes.count == min(count, rest) else { throw truncated }
    rest -= bytes.count
    paddedRest -= bytes.count
    return bytes
  }

  private mutating func begin(_ size: Int) throws(FileError) {
    guard size <= 1 << 60 else { throw corrupted("a size") }
    (rest, paddedRest) = (size, (size + Self.blockSize - 1) / Self.blockSize * Self.blockSize)
  }

  /// The whole content of a small member.
  private mutating func content(_ size: Int) throws(FileError) -> [UInt8] {
    guard size <= Self.extensionLimit else { throw corrupted("the size of an extended header") }
    try begin(size)
    return try bytes(size)
  }

  /// The records of an extended header, each `LENGTH KEY=VALUE` and a newline.
  private mutating func records(_ size: Int) throws(FileError) -> [String: String] {
    var bytes = try content(size)[...]
    var records: [String: String] = [:]
    while !bytes.isEmpty {
      guard let blank = bytes.firstIndex(of: UInt8(ascii: " ")),
        let length = Int(String(decoding: bytes[..<blank], as: UTF8.self)),
        blank - bytes.startIndex + 2...bytes.count ~= length,
        case let record = bytes[(blank + 1)..<(bytes.startIndex + length)],
        record.last == UInt8(ascii: "\n"), let equals = record.firstIndex(of: UInt8(ascii: "="))
      else { throw corrupted("an extended header") }
      records[String(decoding: record[..<equals], as: UTF8.self)] =
        String(decoding: record[(equals + 1)...].dropLast(), as: UTF8.self)
      bytes = bytes.dropFirst(length)
    }
    return records
  }

  /// The next header; nil at the end of the archive.
  private mutating func header() throws(FileError) -> [UInt8]? {
    while paddedRest > 0 {
      let count = min(paddedRest, 1 << 16)
      guard try input.bytes(count).count == count else { throw truncated }
      paddedRest -= count
    }
    let block: [UInt8]
    if let first { block = first } else { block = try input.bytes(Self.blockSize) }
    first = nil
    guard block.count == Self.blockSize else { throw truncated }
    if block.allSatisfy({ $0 == 0 }) {
      // Writers pad the archive with zeros. Reading all of it also verifies the checksum of gzip.
      while case let zeros = try input.bytes(1 << 16), !zeros.isEmpty {
        guard zeros.allSatisfy({ $0 == 0 }) else {
          throw FileError(.invalid, input.path, "has extra bytes after the tar archive")
        }
      }
      return nil
    }
    // The sum of all bytes, where those of the checksum count as spaces.
    let sum = block.indices.reduce(0) { $0 + (148..<156 ~= $1 ? 0x20 : Int(block[$1])) }
    guard Self.isHeader(block), try number(block[148..<156]) == sum else {
      throw corrupted("a header")
    }
    return block
  }

  /// A number in octal digits, or in binary if its first bit is 1.
  private func number(_ field: ArraySlice<UInt8>) throws(FileError) -> Int {
    if field.first == 0x80 {
      guard field.dropLast(7).dropFirst().allSatisfy({ $0 == 0 }) else { throw corrupted("a size") }
      return field.suffix(7).reduce(0) { $0 << 8 | Int($1) }
    }
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
    guard digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "7") ~= $0 }) else {
      throw corrupted("a number")
    }
    return digits.reduce(0) { $0 << 3 | Int($1 - UInt8(ascii: "0")) }
  }

  /// The path in a header: a prefix, if there is one, and a name.
  private static func name(_ block: [UInt8]) -> String {
    func text(_ range: Range<Int>) -> String {
      String(decoding: block[range].prefix { $0 != 0 }, as: UTF8.self)
    }
    // GNU tar stores other data in the place of the prefix.
    let prefix = block[262] == 0 ? text(345..<500) : ""
    return (prefix.isEmpty ? "" : prefix + "/") + text(0..<100)
  }

  private func letter(_ type: UInt8) -> String { String(UnicodeScalar(type)) }

  private var truncated: FileError {
    FileError(.invalid, input.path, "tar archive is truncated; download the file again")
  }

  private func corrupted(_ part: String) -> FileError {
    FileError(.invalid, input.path, "tar archive is corrupted: \(part) is invalid")
  }
}
