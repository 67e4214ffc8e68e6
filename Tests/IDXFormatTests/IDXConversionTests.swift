import Foundation
import TensorIO
import TestSupport
import Testing

@testable import IDXFormat

@Suite("Converting IDX to a tensor file") struct IDXConversionTests {
  let folder: Folder
  init() throws { folder = try Folder() }

  func convert(_ images: [UInt8], _ labels: [UInt8]? = nil) throws -> TensorFile {
    let images = try folder.write(images, to: "images")
    let labels = try labels.map { try folder.write($0, to: "labels") }
    _ = try IDXConversion().run(
      images: images, labels: labels, to: OutputFile(folder.file("out")))
    return try TensorFile(folder.file("out"))
  }

  @Test(arguments: [false, true])
  func `pitfall 17: the output states its range, 0 to 255`(isGzipped: Bool) throws {
    let images = idx([5, 4, 6], pattern(120))
    let labels = idx([5], [9, 8, 7, 6, 5])
    let file = try convert(
      isGzipped ? gzip(images) : images, isGzipped ? gzip(labels) : labels)
    try file.require(kind: "images")
    #expect(file.header.metadata["range"] == "0,255")
    #expect(
      file.header.entries == [
        TensorEntry("images", .u8, [5, 1, 4, 6]), TensorEntry("labels", .u8, [5]),
      ])
    #expect(file.numbers(of: "images", as: UInt8.self) == pattern(120))
    #expect(file.numbers(of: "labels", as: UInt8.self) == [9, 8, 7, 6, 5])
    #expect(file.header.crc32 != nil)
  }

  @Test("Images with channels keep them, and labels are optional") func channels() throws {
    let file = try convert(idx([2, 3, 4, 5], pattern(120)))
    #expect(file.header.entries == [TensorEntry("images", .u8, [2, 3, 4, 5])])
    #expect(file.numbers(of: "images", as: UInt8.self) == pattern(120))
  }

  @Test("Data can be larger than the buffer") func large() throws {
    let data = pattern(3_000_000)
    let file = try convert(idx([3, 1000, 1000], data), idx([3], [1, 2, 3]))
    #expect(file.numbers(of: "images") == data)
  }

  static let one = idx([1, 2, 2], [1, 2, 3, 4])
  static let invalidFiles:
    [(images: [UInt8], labels: [UInt8]?, invalidFile: String, message: String)] =
      [
        (
          idx([4], [1, 2, 3, 4]), nil, "images",
          "does not contain images (expected rank 3, N×H×W, or rank 4, N×C×H×W; found rank 1)"
            + "; give labels with --labels"
        ),
        (
          idx([2, 2], [1, 2, 3, 4]), nil, "images",
          "does not contain images (expected rank 3, N×H×W, or rank 4, N×C×H×W; found rank 2)"
        ),
        (
          idx([1, 1, 1, 2, 2], [1, 2, 3, 4]), nil, "images",
          "does not contain images (expected rank 3, N×H×W, or rank 4, N×C×H×W; found rank 5)"
        ),
        (
          one, one, "labels",
          "does not contain labels (expected rank 1, N, or the N×8 32-bit integers of QMNIST; found rank 3)"
        ),
        (
          one, idx([1, 10], pattern(10)), "labels",
          "does not contain labels (expected rank 1, N, or the N×8 32-bit integers of QMNIST; found N×10)"
        ),
        (one, idx([2], [1, 2]), "labels", "number of labels does not match the images in "),
        (one, idx([1]), "labels", "data is truncated (expected 1 bytes, found 0)"),
        (
          one, idx([1], [1, 2]), "labels",
          "has extra bytes after the data (expected 1 bytes, found more)"
        ),
        (one, [], "labels", "is empty"),
        (one.dropLast(1), idx([1], [1]), "images", "data is truncated (expected 4 bytes, found 3)"),
        (
          one + [5], idx([1], [1]), "images",
          "has extra bytes after the data (expected 4 bytes, found more)"
        ),
        (
          idx([.max, 28, 28], [1]), idx([.max], [1]), "images",
          "data is truncated (expected 3367254359280 bytes, found 1)"
        ),
        (
          idx([.max, .max, 1], [1]), nil, "images", "header declares more data than a file can hold"
        ),
      ].map { (Array($0), $1, $2, $3) }

  @Test("An error names the invalid file, and the old output is unchanged", arguments: invalidFiles)
  func invalid(images: [UInt8], labels: [UInt8]?, invalidFile: String, message: String) throws {
    _ = try folder.write([1, 2, 3], to: "out")
    let error = fileError { _ = try convert(images, labels) }
    #expect(error?.kind == .invalid)
    #expect(error?.path == folder.file(invalidFile))
    let found = error?.message ?? "no error"
    #expect(found.hasPrefix(message))
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("out"))) == Data([1, 2, 3]))
    #expect(try !folder.content().contains { $0.hasSuffix(".partial") })
  }

  @Test("Nothing is written before the numbers of images and labels are compared")
  func countsComeFirst() throws {
    let images = try folder.write(Self.one, to: "images")
    let labels = try folder.write(idx([2], [1, 2]), to: "labels")
    var ends: [Int32] = [-1, -1]
    #expect(pipe(&ends) == 0)
    let output = try OutputFile("/dev/fd/\(ends[1])")
    close(ends[1])
    let error = fileError {
      _ = try IDXConversion().run(images: images, labels: labels, to: output)
    }
    #expect(
      error?.message
        == "number of labels does not match the images in \(images) (expected 1, found 2)")
    #expect(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
    var byte: UInt8 = 0
    #expect(read(ends[0], &byte, 1) == -1 && errno == EAGAIN)
    close(ends[0])
  }

  @Test("Standard input cannot be both the images and the labels") func standardInput() throws {
    let output = try OutputFile(folder.file("out"))
    let error = fileError {
      _ = try IDXConversion().run(images: "-", labels: "-", to: output)
    }
    #expect(error?.kind == .usage)
  }

  @Test("Memory does not grow with the file") func memory() throws {
    let mebibyte = gzip([UInt8](repeating: 0, count: 1 << 20))
    let file = gzip(idx([512, 1024, 1024])) + (0..<512).flatMap { _ in mebibyte }
    let images = try folder.write(file, to: "images.gz")
    let before = try peakMemory()
    _ = try IDXConversion().run(images: images, labels: nil, to: OutputFile("/dev/null"))
    // 1.1 MiB is needed; the rest is for tests that run at the same time. The content is 512 MiB.
    #expect(try peakMemory() - before < 384 << 20)
  }

  /// The peak memory of this process, in bytes.
  func peakMemory() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
    return try #require(Int(line.filter(\.isNumber))) * 1024
  }
}
