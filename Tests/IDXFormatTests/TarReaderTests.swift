import Foundation
import TensorIO
import TestSupport
import Testing

@testable import IDXFormat

/// A header of a tar archive with a valid checksum.
func tarHeader(
  _ name: String, size: Int, type: Character = "0", magic: String = "ustar\u{0}00"
) -> [UInt8] {
  var block = [UInt8](repeating: 0, count: 512)
  func set(_ offset: Int, _ text: String) {
    block.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
  }
  set(0, name)
  set(100, "0000644\u{0}")
  let digits = String(size, radix: 8)
  set(124, String(repeating: "0", count: 11 - digits.count) + digits)
  set(156, String(type))
  set(257, magic)
  return block.withTarChecksum
}

extension Array where Element == UInt8 {
  /// A header with the checksum of its bytes.
  var withTarChecksum: [UInt8] {
    var block = self
    block.replaceSubrange(148..<156, with: "        ".utf8)
    let digits = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
    let field = String(repeating: "0", count: 6 - digits.count) + digits + "\u{0} "
    block.replaceSubrange(148..<156, with: field.utf8)
    return block
  }
}

/// A member of a tar archive.
func tarMember(_ name: String, _ content: [UInt8], type: Character = "0") -> [UInt8] {
  let padding = (512 - content.count % 512) % 512
  return tarHeader(name, size: content.count, type: type) + content
    + [UInt8](repeating: 0, count: padding)
}

/// The end of a tar archive.
let tarEnd = [UInt8](repeating: 0, count: 1024)

/// The name and content of each file, as the reader returns them.
private func members(_ archive: [UInt8]) throws -> [(name: String, content: [UInt8])] {
  let folder = try Folder()
  let input = try InflatingInput(InputFile(folder.write(archive, to: "archive")))
  var tar = TarReader(input, first: try input.bytes(512))
  var members: [(String, [UInt8])] = []
  while let member = try tar.next() {
    // The reader skips what is not read.
    guard !member.name.hasSuffix("skipped") else { continue }
    var content: [UInt8] = []
    while case let bytes = try tar.bytes(100), !bytes.isEmpty { content += bytes }
    #expect(content.count == member.size)
    members.append((member.name, content))
  }
  return members
}

@Suite struct TarReaderTests {
  @Test(arguments: [false, true])
  func `regular files are returned in order, and others are skipped`(isGzipped: Bool) throws {
    let archive =
      tarMember("folder/", [], type: "5") + tarMember("folder/a", pattern(1000))
      + tarMember("folder/skipped", pattern(3000)) + tarMember("link", [], type: "2")
      + tarMember("empty", []) + tarMember("b", pattern(512)) + tarEnd + tarEnd
    let found = try members(isGzipped ? gzip(archive) : archive)
    #expect(found.map(\.name) == ["folder/a", "empty", "b"])
    #expect(found.map(\.content) == [pattern(1000), [], pattern(512)])
  }

  @Test func `long names and large sizes of pax and GNU tar`() throws {
    let name = String(repeating: "folder/", count: 30) + "file"
    let record = " path=\(name)\n"
    let size = " size=3\n"
    let pax =
      Array("\(record.utf8.count + 3)\(record)".utf8) + Array("\(size.utf8.count + 1)\(size)".utf8)
    var prefixed = tarHeader("file", size: 1)
    prefixed.replaceSubrange(345..<351, with: "folder".utf8)
    var binary = tarHeader("binary", size: 0, magic: "ustar  \u{0}")
    binary.replaceSubrange(124..<136, with: [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2])
    let rest = [UInt8](repeating: 0, count: 510)
    var archive = tarMember("pax", pax, type: "x") + tarHeader("short", size: 0)
    archive += [1, 2, 3] + [UInt8](repeating: 0, count: 509)
    archive += tarMember("g", Array("11 a=bcdef\n".utf8), type: "g") + tarMember("global", [4])
    archive += tarMember("././@LongLink", Array(name.utf8) + [0], type: "L")
    archive += tarMember("short", [5])
    archive += prefixed.withTarChecksum + [6, 0] + rest
    archive += binary.withTarChecksum + [7, 8] + rest + tarEnd
    let found = try members(archive)
    #expect(found.map(\.name) == [name, "global", name, "folder/file", "binary"])
    #expect(found.map(\.content) == [[1, 2, 3], [4], [5], [6], [7, 8]])
  }

  static let good = tarMember("a", pattern(600)) + tarMember("b", pattern(5))
  static let truncated = "tar archive is truncated; download the file again"
  static let invalid: [(name: String, archive: [UInt8], message: String)] = [
    ("without an end", good, truncated),
    ("cut in a header", Array((good + tarEnd).prefix(1800)), truncated),
    ("cut in a file", Array(good.prefix(1000)), truncated),
    ("cut in the padding", Array(good.prefix(1500)), truncated),
    ("data after the end", good + tarEnd + [1], "has extra bytes after the tar archive"),
    (
      "a flipped bit in a header", good.flipped(1, at: 1536 + 3) + tarEnd,
      "tar archive is corrupted: a header is invalid"
    ),
    (
      "not a header", good + [UInt8](repeating: 7, count: 512) + tarEnd,
      "tar archive is corrupted: a header is invalid"
    ),
    (
      "a size that is not octal",
      {
        var header = tarHeader("a", size: 0)
        header[130] = UInt8(ascii: "9")
        return header.withTarChecksum + tarEnd
      }(), "tar archive is corrupted: a number is invalid"
    ),
    (
      "a size beyond any disk",
      {
        var header = tarHeader("a", size: 0)
        header.replaceSubrange(124..<136, with: [0x80] + [UInt8](repeating: 0xFF, count: 11))
        return header.withTarChecksum + tarEnd
      }(), "tar archive is corrupted: a size is invalid"
    ),
    (
      "an invalid extended header", tarMember("x", Array("99 path=a\n".utf8), type: "x") + tarEnd,
      "tar archive is corrupted: an extended header is invalid"
    ),
    (
      "a sparse file", tarMember("a", [], type: "S") + tarEnd,
      "has a tar member of the unsupported type \"S\""
    ),
  ]

  @Test(arguments: invalid)
  func `an invalid archive is an error`(name: String, archive: [UInt8], message: String) throws {
    let error = fileError { _ = try members(archive) }
    #expect(error?.kind == .invalid && error?.message == message)
  }

  @Test func `every truncation of a gzipped archive is an error`() throws {
    let archive = gzip(Self.good + tarEnd)
    for count in stride(from: 300, to: archive.count, by: 7) {
      #expect(fileError { _ = try members(Array(archive.prefix(count))) }?.kind == .invalid)
    }
  }

  @Test func `archives of tar(1) are read`() throws {
    let folder = try Folder()
    _ = try folder.write(pattern(700), to: "a")
    let name = String(repeating: "n", count: 120)
    _ = try folder.write(pattern(3), to: name)
    for format in ["ustar", "gnu", "pax"] {
      let tar = Process()
      tar.executableURL = URL(fileURLWithPath: "/bin/tar")
      // In the format of 1988, a name has at most 100 bytes.
      let names = format == "ustar" ? ["a"] : ["a", name]
      tar.arguments =
        ["--format=\(format)", "-czf", folder.file("\(format).gz"), "-C", folder.path] + names
      try tar.run()
      tar.waitUntilExit()
      let archive = try Data(contentsOf: URL(fileURLWithPath: folder.file("\(format).gz")))
      let found = try members(Array(archive))
      #expect(found.map(\.name) == names)
      #expect(found.first?.content == pattern(700))
    }
  }
}
