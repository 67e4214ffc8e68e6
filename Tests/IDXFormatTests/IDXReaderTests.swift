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
    // Once at the end, always at the end.
    #expect(try reader.read(into: &piece) == 0)
    return data
  }

  @Test("The data come in pieces of any size", arguments: [1, 7, 120, 121, 1 << 20])
  func pieces(size: Int) throws {
    let data = pattern(120)
    for dimensions: [UInt32] in [[120], [2, 60], [5, 4, 6], [2, 3, 4, 5]] {
      #expect(try read(idx(dimensions, data), pieces: size) == data)
      #expect(try read(gzip(idx(dimensions, data)), pieces: size) == data)
    }
    let members = [idx([120]), Array(data[..<50]), Array(data[50...])].flatMap(gzip)
    #expect(try read(members, pieces: size) == data)
  }

  static let wrongFiles: [(file: [UInt8], message: String)] = [
    (
      idx([1000, 28, 28], pattern(1000)),
      "data ends after 1000 bytes, the header announces 784000"
    ),
    (idx([4]), "data ends after 0 bytes, the header announces 4"),
    (idx([4], [1, 2, 3]), "data ends after 3 bytes, the header announces 4"),
    (
      idx([0x7FFF_FFFF, 1000], [1, 2, 3]),
      "data ends after 3 bytes, the header announces 2147483647000"
    ),
    (idx([4], [1, 2, 3, 4, 5]), "bytes follow the announced data of 4 bytes"),
    (gzip(idx([4], [1, 2, 3, 4, 5])), "bytes follow the announced data of 4 bytes"),
    (gzip(idx([4], [1, 2, 3, 4])).dropLast(1), "gzip data ends early (cut short)"),
    (
      gzip(idx([4], [1, 2, 3, 4])).flipped(1, at: -5),
      "gzip data is damaged: incorrect data check"
    ),
    (gzip(idx([4], [1, 2, 3, 4])) + [9], "bytes that are not gzip follow the gzip data"),
  ]

  @Test(arguments: wrongFiles, [1, 1 << 16])
  func `pitfall 20: the length is exactly what is announced, plain and gzipped`(
    _ example: (file: [UInt8], message: String), pieces: Int
  ) throws {
    for file in [example.file, example.file[0] == 0 ? gzip(example.file) : example.file] {
      let error = fileError { _ = try read(file, pieces: pieces) }
      #expect(error?.message == example.message)
      #expect(error?.kind == .invalid)
    }
  }
}
