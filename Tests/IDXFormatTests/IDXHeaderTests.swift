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
  static let unknown = "unknown element type (expected 0x08, 0x09 or 0x0B to 0x0E; found "
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
    (png, "is a PNG file, not an IDX file; convert it with image2tensor"),
    (gzip(png), "is a PNG file, not an IDX file; convert it with image2tensor"),
    (
      gzip(Array("<!DOCTYPE html>\n<html>".utf8)),
      "is an HTML page, not an IDX file; download the file again"
    ),
    (gzip(gzip([1])), "is gzip data inside gzip data; decompress it with gzip -d"),
    (tensor, "is a tensor file, not an IDX file"),
    (Array("hello".utf8), "is text, not an IDX file"),
    (Array("hi".utf8), "is not an IDX file (begins with 68 69)"),

    ([0], "header is truncated (expected at least 8 bytes, found 1)"),
    ([0, 0, 8], "header is truncated (expected at least 8 bytes, found 3)"),
    ([0, 0, 8, 1], "header is truncated (expected 8 bytes, found 4)"),
    (idx([60000, 28, 28]).dropLast(1), "header is truncated (expected 16 bytes, found 15)"),
    ([0, 0, 8, 255, 0, 0], "header is truncated (expected 1024 bytes, found 6)"),
    ([0, 0, 8, 0], "has no dimensions"),
    ([0, 0, 8, 0, 9], "has no dimensions"),

    (idx([1], [0], type: 0x00), unknown + "0x00)"),
    (idx([1], [0], type: 0x07), unknown + "0x07)"),
    (idx([1], [0], type: 0x0A), unknown + "0x0A)"),
    (idx([1], [0], type: 0x0F), unknown + "0x0F)"),

    (idx([0]), "dimension 1 of 1 is 0"),
    (idx([10, 0, 28]), "dimension 2 of 3 is 0"),
    (idx([65536, 65536, 65536, 65536]), "header declares more data than a file can hold"),
    (idx([UInt32](repeating: .max, count: 4)), "header declares more data than a file can hold"),
    (idx([.max, 65536, 32768]), "header declares more data than a file can hold"),
    (idx([.max, .max], type: 0x0C), "header declares more data than a file can hold"),
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

  @Test func `the size of the data depends on the element type`() throws {
    let folder = try Folder()
    let sizes: [UInt8: Int] = [0x08: 1, 0x09: 1, 0x0B: 2, 0x0C: 4, 0x0D: 4, 0x0E: 8]
    for (type, size) in sizes {
      let header = try IDXReader(folder.write(idx([3, 5], type: type), to: "file")).header
      #expect(header.type.rawValue == type && header.elementCount == 15)
      #expect(header.byteCount == 15 * size)
    }
  }

  @Test("A file that does not exist is an error") func missing() throws {
    let folder = try Folder()
    #expect(fileError { _ = try IDXReader(folder.file("none")) }?.kind == .missing)
    #expect(fileError { _ = try IDXReader(folder.path) }?.kind == .missing)
  }
}
