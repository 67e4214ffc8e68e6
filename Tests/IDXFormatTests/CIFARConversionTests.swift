import TensorIO
import TestSupport
import Testing

@testable import IDXFormat

@Suite("Converting CIFAR to a tensor file") struct CIFARConversionTests {
  let folder: Folder
  init() throws { folder = try Folder() }

  /// Records with these labels and different pixels.
  static func records(_ labels: [[UInt8]]) -> [UInt8] {
    labels.enumerated().flatMap { index, labels in labels + pixels(index) }
  }

  static func pixels(_ index: Int) -> [UInt8] { pattern(3072 + index).suffix(3072) }

  func convert(_ files: [[UInt8]], _ labels: CIFARLabels) throws -> TensorFile {
    let paths = try files.enumerated().map { try folder.write($1, to: "batch_\($0)") }
    try convertCIFAR(paths, labels: labels, to: OutputFile(folder.file("out")))
    return try TensorFile(folder.file("out"))
  }

  @Test func `plain and gzipped files are converted in order`() throws {
    let file = try convert(
      [Self.records([[3], [9]]), gzip(Self.records([[0]]))], .cifar10)
    try file.require(kind: "images")
    #expect(
      file.header.entries == [
        TensorEntry("images", .u8, [3, 3, 32, 32]), TensorEntry("labels", .u8, [3]),
      ])
    #expect(file.header.metadata["range"] == "0,255" && file.header.crc32 != nil)
    #expect(file.numbers(of: "images") == Self.pixels(0) + Self.pixels(1) + Self.pixels(0))
    #expect(file.numbers(of: "labels") == [3, 9, 0] as [UInt8])
  }

  @Test func `either label of CIFAR-100 can be converted`() throws {
    let records = Self.records([[19, 99], [0, 5]])
    let fine = try convert([records], .cifar100Fine)
    #expect(fine.numbers(of: "labels") == [99, 5] as [UInt8])
    #expect(fine.numbers(of: "images") == Self.pixels(0) + Self.pixels(1))
    #expect(try convert([records], .cifar100Coarse).numbers(of: "labels") == [19, 0] as [UInt8])
  }

  @Test func `an invalid file is an error with the reason`() throws {
    let good = Self.records([[1], [2]])
    let cases: [([UInt8], CIFARLabels, String)] = [
      ([], .cifar10, "is empty"),
      (
        good.dropLast(), .cifar10,
        "record 1 (counted from 0) is truncated (expected 3073 bytes, found 3072)"
      ),
      (
        good + [1], .cifar10,
        "record 2 (counted from 0) is truncated (expected 3073 bytes, found 1)"
      ),
      (
        Self.records([[1], [10]]), .cifar10,
        "record 1 (counted from 0) has an invalid label (expected 0 to 9, found 10)"
      ),
      (
        Self.records([[20, 0]]), .cifar100Fine,
        "record 0 (counted from 0) has an invalid label (expected 0 to 19, found 20)"
      ),
      (
        Self.records([[0, 100]]), .cifar100Coarse,
        "has an invalid label (expected 0 to 99, found 100)"
      ),
      (gzip(good).dropLast(9), .cifar10, "gzip data is truncated"),
    ]
    for (bytes, labels, fragment) in cases {
      let error = fileError { _ = try convert([good, Array(bytes)], labels) }
      // The valid file is CIFAR-10, so it cannot precede a CIFAR-100 file.
      guard labels.classCounts.count == 1 else {
        #expect(
          fileError { _ = try convert([Array(bytes)], labels) }?.message.contains(fragment) == true)
        continue
      }
      #expect(error?.kind == .invalid && error?.path == folder.file("batch_1"))
      #expect(error?.message.contains(fragment) == true, "\(error?.message ?? "accepted")")
    }
    #expect(try folder.content() == ["batch_0", "batch_1"])
  }
}
