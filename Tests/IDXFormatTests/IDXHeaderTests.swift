import TensorIO
import TestSupport
import Testing

@testable import IDXFormat

@Suite("IDX headers") struct IDXHeaderTests {
  static let acceptedSizes: [(dimensions: [UInt32], byteCount: Int)] = [
    ([1], 1), ([60000], 60000), ([60000, 28, 28], 47_040_000), ([10, 3, 32, 32], 30720),
    ([0x7FFF_FFFF, 1000], 2_147_483_647_000), ([0xFFFF_FFFF], 4_294_967_295),
    ([UInt32](repeating: 1, count: 255), 1),
  ]

  @Test(arguments: acceptedSizes)
  func `pitfall 20: dimensions are big-endian, and no allocation depends on them`(
    dimensions: [UInt32], byteCount: Int
  ) throws {
    let folder = try Folder()
    for (name, file) in [("plain", idx(dimensions)), ("gzip", gzip(idx(dimensions)))] {
      let reader = try IDXReader(folder.write(file, to: name))
      #expect(reader.header.dimensions == dimensions.map { Int($0) })
      #expect(reader.header.byteCount == byteCount)
    }
  }

  static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0]
  static let tensor: [UInt8] = [0x78, 1, 0, 0, 0, 0, 0, 0, 0x7B, 0x22]
  static let unsupported = "unsupported element type (expected unsigned byte, 0x08; found "
  static let invalidFiles: [(file: [UInt8], message: String)] = [
    ([], "is empty"),
    (gzip([]), "is empty"),
    ([1], "is not an IDX file (begins with 01)"),
    ([1, 0, 8, 1, 0, 0, 0, 1, 9], "is not an IDX file (begins with 01 00 08 01)"),
    ([0, 1, 8, 1, 0, 0, 0, 1, 9], "is not an IDX file (begins with 00 01 08 01)"),
    (
      [3, 8, 0, 0, 96, 234, 0, 0],
      "is not an IDX file (begins with 03 08 00 00: a little-endian IDX header)"
    ),
    (png, "is not an IDX file (begins with 89 50 4e 47: a PNG file)"),
    (gzip(png), "is not an IDX file (begins with 89 50 4e 47: a PNG file)"),
    ([0xFF, 0xD8, 0xFF, 0xE0], "is not an IDX file (begins with ff d8 ff e0: a JPEG file)"),
    (Array("PK\u{3}\u{4}".utf8), "is not an IDX file (begins with 50 4b 03 04: a zip file)"),
    (gzip(gzip([1])), "is not an IDX file (begins with 1f 8b 08 00: gzip data inside gzip data)"),
    (tensor, "is not an IDX file (begins with 78 01 00 00: a tensor file)"),
    (Array("hello".utf8), "is not an IDX file (begins with 68 65 6c 6c)"),

    ([0], "header is truncated (expected at least 8 bytes, found 1)"),
    ([0, 0, 8], "header is truncated (expected at least 8 bytes, found 3)"),
    ([0, 0, 8, 1], "header is truncated (expected 8 bytes, found 4)"),
    (idx([60000, 28, 28]).dropLast(1), "header is truncated (expected 16 bytes, found 15)"),
    ([0, 0, 8, 255, 0, 0], "header is truncated (expected 1024 bytes, found 6)"),
    ([0, 0, 8, 0], "has no dimensions"),
    ([0, 0, 8, 0, 9], "has no dimensions"),

    (idx([1], [0], type: 0x00), unsupported + "0x00)"),
    (idx([1], [0], type: 0x07), unsupported + "0x07)"),
    (idx([1], [0], type: 0x09), unsupported + "signed byte, 0x09)"),
    (idx([1], [0], type: 0x0A), unsupported + "0x0A)"),
    (idx([1], [0], type: 0x0B), unsupported + "16-bit integer, 0x0B)"),
    (idx([1], [0], type: 0x0C), unsupported + "32-bit integer, 0x0C)"),
    (idx([1], [0], type: 0x0D), unsupported + "32-bit float, 0x0D)"),
    (
      idx([1], [0x7F, 0xF8, 0, 0, 0, 0, 0, 0], type: 0x0E),
      unsupported + "64-bit float, 0x0E)"
    ),
    (idx([1], [0], type: 0x0F), unsupported + "0x0F)"),

    (idx([0]), "dimension 1 of 1 is 0"),
    (idx([10, 0, 28]), "dimension 2 of 3 is 0"),
    (idx([65536, 65536, 65536, 65536]), "header declares more data than a file can hold"),
    (idx([UInt32](repeating: .max, count: 4)), "header declares more data than a file can hold"),
    (idx([.max, 65536, 32768]), "header declares more data than a file can hold"),
  ].map { (Array($0), $1) }

  @Test(arguments: invalidFiles)
  func `pitfall 20: magic number, element type, rank and dimensions are checked`(
    file: [UInt8], message: String
  )
    throws
  {
    let folder = try Folder()
    let path = try folder.write(file, to: "file.gz")
    let error = fileError { _ = try IDXReader(path) }
    #expect(error?.description == "\(path): \(message)")
    #expect(error?.kind == .invalid)
  }

  @Test("A file that does not exist is an error") func missing() throws {
    let folder = try Folder()
    #expect(fileError { _ = try IDXReader(folder.file("none")) }?.kind == .missing)
    #expect(fileError { _ = try IDXReader(folder.path) }?.kind == .missing)
  }
}
