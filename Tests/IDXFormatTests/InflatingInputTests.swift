import TensorIO
import TestSupport
import Testing

@testable import IDXFormat

@Suite("Plain and gzipped input") struct InflatingInputTests {
  static let content = pattern(100_000)
  static let member = gzip(content)
  static let empty = gzip([])

  /// The content of a file, read in pieces.
  func read(_ file: [UInt8], pieces: Int = 1 << 16) throws -> [UInt8] {
    let folder = try Folder()
    let input = try InflatingInput(InputFile(folder.write(file, to: "file")))
    var piece = [UInt8](repeating: 0, count: pieces)
    var content: [UInt8] = []
    while true {
      let count = try input.read(into: &piece, piece.indices)
      content += piece[..<count]
      if count == 0 { return content }
    }
  }

  /// A file, and the result of reading it: its content, or the beginning of the error message.
  struct Example<Outcome: Sendable>: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let file: [UInt8]
    let outcome: Outcome

    init(_ name: String, _ file: [UInt8], _ outcome: Outcome) {
      testDescription = name
      self.file = file
      self.outcome = outcome
    }
  }

  static let zeros = [UInt8](repeating: 0, count: 200_000)
  static let validFiles: [Example<[UInt8]>] = [
    .init("plain", content, content),
    .init("empty", [], []),
    .init("one plain byte", [7], [7]),
    .init("plain, with the first byte of gzip", [0x1F, 0x8A, 1], [0x1F, 0x8A, 1]),
    .init("one member", member, content),
    .init("an empty member", empty, []),
    .init("two members", member + member, content + content),
    .init("an empty member first", empty + member, content),
    .init("an empty member in the middle", member + empty + member, content + content),
    .init(
      "a thousand members", Array(repeatElement(gzip([7]), count: 1000).joined()),
      [UInt8](repeating: 7, count: 1000)),
    .init("zeros after the last member", member + [0, 0, 0], content),
    .init("more zeros than a buffer", member + zeros, content),
  ]

  @Test("The content can be read in pieces of any size", arguments: validFiles, [1, 1000, 1 << 20])
  func valid(_ example: Example<[UInt8]>, pieces: Int) throws {
    #expect(try read(example.file, pieces: pieces) == example.outcome)
  }

  static let truncated = "gzip data is truncated; download the file again"
  static let corrupted = "gzip data is corrupted: "
  static let extra = "has extra bytes after the gzip data"
  static let invalidFiles: [Example<String>] = [
    .init("truncated to 1 byte", Array(member.prefix(1)), truncated),
    .init("truncated in the header", Array(member.prefix(5)), truncated),
    .init("truncated after the header", Array(member.prefix(10)), truncated),
    .init("truncated in the middle", Array(member.prefix(member.count / 2)), truncated),
    .init("without the trailer", Array(member.dropLast(8)), truncated),
    .init("without the length", Array(member.dropLast(4)), truncated),
    .init("without the last byte", Array(member.dropLast(1)), truncated),
    .init("second member truncated", member + member.prefix(500), truncated),
    .init("second member truncated to 1 byte", member + member.prefix(1), truncated),
    .init("wrong CRC", member.flipped(1, at: -8), corrupted + "incorrect data check"),
    .init("wrong length", member.flipped(1, at: -1), corrupted + "incorrect length check"),
    .init("flipped bit", member.flipped(4, at: member.count / 2), corrupted),
    .init("bad method", member.flipped(1, at: 2), corrupted + "unknown compression method"),
    .init("garbage", member + [65], extra),
    .init("garbage after zeros", member + [0, 0, 65], extra),
    .init("garbage after many zeros", member + zeros + [1], extra),
    .init("a member after zeros", member + [0] + member, extra),
    .init("half of a header", member + [0x1F, 0x8A], corrupted + "incorrect header check"),
  ]

  @Test("Corrupted data is an error with the reason", arguments: invalidFiles, [1000, 1 << 20])
  func invalid(_ example: Example<String>, pieces: Int) throws {
    let error = fileError { _ = try read(example.file, pieces: pieces) }
    #expect(error?.kind == .invalid)
    let message = error?.message ?? "no error"
    #expect(message.hasPrefix(example.outcome))
  }

  @Test("Truncation anywhere is detected", arguments: [gzip([]), gzip(pattern(50))])
  func everyCut(file: [UInt8]) throws {
    for count in 1..<file.count {
      let error = fileError { _ = try read(Array(file.prefix(count))) }
      #expect(error?.message == Self.truncated, "truncated to \(count) bytes")
    }
  }

  @Test("A flipped bit is detected, or does not change the content") func everyBit() throws {
    let content = pattern(100)
    let file = gzip(content)
    // Skips the signature, without which the file is plain.
    for bit in 16..<8 * file.count {
      let flipped = file.flipped(1 << (bit % 8), at: bit / 8)
      var found: [UInt8]?
      let error = fileError { found = try read(flipped) }
      #expect(error?.kind == .invalid || found == content, "bit \(bit)")
    }
  }
}
