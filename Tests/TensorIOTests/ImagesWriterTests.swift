// A file of which the number of images is known only at the end is a tensor file like any other.
import TestSupport
import Testing

@testable import TensorIO

@Suite struct ImagesWriterTests {
  /// Writes images of 1×1×`width`, and returns them with their labels.
  static func write(
    _ count: Int, width: Int, labels: ElementType?, atMost limit: Int? = nil, to path: String
  ) throws -> (images: [UInt8], labels: [Int]) {
    var random = SplitMix(state: UInt64(count * 100 + width))
    let writer = try ImagesWriter(
      [1, 1, width], labels: labels, metadata: ["a": "\"1\""], atMost: limit ?? count,
      to: OutputFile(path))
    var (images, numbers): ([UInt8], [Int]) = ([], [])
    for _ in 0..<count {
      images += random.bytes(width)
      numbers.append(.random(in: 0...(labels == .i64 ? 100_000 : 255), using: &random))
      try writer.append(images.suffix(width), label: labels == nil ? nil : numbers.last)
    }
    try writer.finish()
    return (images, numbers)
  }

  @Test(arguments: [nil, ElementType.u8, .i64], [0, 1, 2, 3, 9, 10, 99, 1000])
  func `what goes to a file and to a pipe is the same, and comes back`(
    labels: ElementType?, count: Int
  ) throws {
    let folder = try Folder()
    // Eight times seven bytes need no padding before the labels, fewer images of seven do.
    for (width, limit) in [(1, count), (7, (count + 7) / 8 * 8), (8, 1 << 40)] {
      let written = try Self.write(
        count, width: width, labels: labels, atMost: limit, to: folder.file("x"))
      let file = try TensorFile(folder.file("x"))
      #expect(file.header.kind == "images" && file.header.crc32 != nil && file.header.isAligned)
      #expect(file.header.metadata["range"] == "0,255" && file.header.metadata["a"] == "\"1\"")
      #expect(file.header["images"]?.shape == [count, 1, 1, width])
      #expect(file.array("images") == written.images)
      switch labels {
      case .u8: #expect(file.numbers(of: "labels") == written.labels.map { UInt8($0) })
      case .i64: #expect(file.numbers(of: "labels") == written.labels.map { Int64($0) })
      default: #expect(file.header["labels"] == nil)
      }
      let pipe = Pipe()
      _ = try Self.write(count, width: width, labels: labels, atMost: limit, to: pipe.inputPath)
      #expect(try folder.bytes(of: "x") == pipe.drain())
    }
    #expect(try folder.content() == ["x"])
  }

  @Test func `words that do not fit a header are refused before anything is written`() throws {
    let folder = try Folder()
    func write(_ count: Int) throws {
      let writer = try ImagesWriter(
        [1, 1, 1], labels: .i64, metadata: ["k": String(repeating: "w", count: count)], atMost: 9,
        to: OutputFile(folder.file("x")))
      // Of no other number is the padding as long.
      try writer.append([7], label: 1)
      try writer.finish()
    }
    var (fitting, over) = (0, 1 << 20)
    while over - fitting > 1 {
      let middle = (fitting + over) / 2
      if fileError({ try write(middle) }) == nil { fitting = middle } else { over = middle }
    }
    try write(fitting)
    #expect(try TensorFile(folder.file("x")).header.metadata["k"]?.utf8.count == fitting)
    #expect(fileError { try write(over) }?.kind == .usage)
    #expect(fitting > 1 << 20 - 600)
  }
}
