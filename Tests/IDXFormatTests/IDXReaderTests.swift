import TensorIO
import TestSupport
import Testing

@testable import IDXFormat

@Suite("IDX data") struct IDXReaderTests {
  func read(_ file: [UInt8], pieces: Int) throws -> [UInt8] {
    let folder = try Folder()
    let reader = try IDXReader(folder.write(file, to: "file"))
    var piece = [UInt8](repeating: 0, count: pieces)
    var data: [UInt8] = []
    while true {
      let count = try reader.read(into: &piece)
      data += piece[..<count]
      if count == 0 { break }
    }
    // Reading at the end returns 0 again.
    #expect(try reader.read(into: &piece) == 0)
    return data
  }

  @Test("Data can be read in pieces of any size", arguments: [1, 7, 120, 121, 1 << 20])
  func pieces(size: Int) throws {
    let data = pattern(120)
    for dimensions: [UInt32] in [[120], [2, 60], [5, 4, 6], [2, 3, 4, 5]] {
      #expect(try read(idx(dimensions, data), pieces: size) == data)
      #expect(try read(gzip(idx(dimensions, data)), pieces: size) == data)
    }
    let members = [idx([120]), Array(data[..<50]), Array(data[50...])].flatMap(gzip)
    #expect(try read(members, pieces: size) == data)
  }

  static let invalidFiles: [(file: [UInt8], message: String)] = [
    (
      idx([1000, 28, 28], pattern(1000)),
      "data is truncated (expected 784000 bytes, found 1000)"
    ),
    (idx([4]), "data is truncated (expected 4 bytes, found 0)"),
    (idx([4], [1, 2, 3]), "data is truncated (expected 4 bytes, found 3)"),
    (
      idx([0x7FFF_FFFF, 1000], [1, 2, 3]),
      "data is truncated (expected 2147483647000 bytes, found 3)"
    ),
    (idx([4], [1, 2, 3, 4, 5]), "has extra bytes after the data (expected 4 bytes, found more)"),
    (
      gzip(idx([4], [1, 2, 3, 4, 5])),
      "has extra bytes after the data (expected 4 bytes, found more)"
    ),
    (gzip(idx([4], [1, 2, 3, 4])).dropLast(1), "gzip data is truncated; download the file again"),
    (
      gzip(idx([4], [1, 2, 3, 4])).flipped(1, at: -5),
      "gzip data is corrupted: incorrect data check"
    ),
    (gzip(idx([4], [1, 2, 3, 4])) + [9], "has extra bytes after the gzip data"),
  ]

  @Test(arguments: invalidFiles, [1, 1 << 16])
  func `pitfall 20: the data has exactly the declared size, plain and gzipped`(
    _ example: (file: [UInt8], message: String), pieces: Int
  ) throws {
    for file in [example.file, example.file[0] == 0 ? gzip(example.file) : example.file] {
      let error = fileError { _ = try read(file, pieces: pieces) }
      #expect(error?.message == example.message)
      #expect(error?.kind == .invalid)
    }
  }
}
