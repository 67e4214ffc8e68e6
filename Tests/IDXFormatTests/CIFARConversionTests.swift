import TensorIO
import TestSupport
import Testing

@testable import IDXFormat

@Suite("From CIFAR to a tensor file") struct CIFARConversionTests {
  let folder: Folder
  init() throws { folder = try Folder() }

  /// Records with these labels, each with pixels that begin with another number.
  static func records(_ labels: [[UInt8]]) -> [UInt8] {
    labels.enumerated().flatMap { index, labels in labels + pixels(index) }
  }

  static func pixels(_ index: Int) -> [UInt8] { pattern(3072 + index).suffix(3072) }

  func convert(_ files: [[UInt8]], _ labels: CIFARLabels) throws -> TensorFile {
    let paths = try files.enumerated().map { try folder.write($1, to: "batch_\($0)") }
    try convertCIFAR(paths, labels: labels, to: OutputFile(folder.file("out")))
    return try TensorFile(folder.file("out"))
  }

  @Test func `files follow one another, plain or gzipped`() throws {
    let file = try convert(
      [Self.records([[3], [9]]), gzip(Self.records([[0]]))], .ten)
    try file.require(kind: "images")
    #expect(
      file.header.entries == [
        TensorEntry("images", .u8, [3, 3, 32, 32]), TensorEntry("labels", .u8, [3]),
      ])
    #expect(file.header.metadata["range"] == "0,255" && file.header.crc32 != nil)
    #expect(file.numbers(of: "images") == Self.pixels(0) + Self.pixels(1) + Self.pixels(0))
    #expect(file.numbers(of: "labels") == [3, 9, 0] as [UInt8])
  }

  @Test func `of CIFAR-100 either label is taken`() throws {
    let records = Self.records([[19, 99], [0, 5]])
    let fine = try convert([records], .fine)
    #expect(fine.numbers(of: "labels") == [99, 5] as [UInt8])
    #expect(fine.numbers(of: "images") == Self.pixels(0) + Self.pixels(1))
    #expect(try convert([records], .coarse).numbers(of: "labels") == [19, 0] as [UInt8])
  }

  @Test func `what is not such a file is said`() throws {
    let good = Self.records([[1], [2]])
    let cases: [([UInt8], CIFARLabels, String)] = [
      ([], .ten, "is empty"),
      (good.dropLast(), .ten, "ends after 3072 of the 3073 bytes of record 1, counted from 0"),
      (good + [1], .ten, "ends after 1 of the 3073 bytes of record 2"),
      (Self.records([[1], [10]]), .ten, "record 1, counted from 0, has label 10; there are 10"),
      (Self.records([[20, 0]]), .fine, "record 0, counted from 0, has label 20; there are 20"),
      (Self.records([[0, 100]]), .coarse, "has label 100; there are 100 classes"),
      (gzip(good).dropLast(9), .ten, "gzip data ends early"),
    ]
    for (bytes, labels, words) in cases {
      let error = fileError { _ = try convert([good, Array(bytes)], labels) }
      // CIFAR-10's own file is none of CIFAR-100.
      guard labels.counts.count == 1 else {
        #expect(
          fileError { _ = try convert([Array(bytes)], labels) }?.message.contains(words) == true)
        continue
      }
      #expect(error?.kind == .invalid && error?.path == folder.file("batch_1"))
      #expect(error?.message.contains(words) == true, "\(error?.message ?? "accepted")")
    }
    #expect(try folder.content() == ["batch_0", "batch_1"])
  }
}
