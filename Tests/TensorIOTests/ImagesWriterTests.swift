// A file whose number of images is known only at the end is like any other tensor file.
import TestSupport
import Testing

@testable import TensorIO

@Suite struct ImagesWriterTests {
  /// Writes images of 1×1×`width`; returns them with their labels.
  static func write(
    _ count: Int, width: Int, labels: ElementType?, maximumCount: Int? = nil, to path: String
  ) throws -> (images: [UInt8], labels: [Int]) {
    var random = SplitMix(state: UInt64(count * 100 + width))
    let writer = try ImagesWriter(
      [1, 1, width], labels: labels, metadata: ["a": "\"1\""], maximumCount: maximumCount ?? count,
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
  func `a file and a pipe get the same bytes, and reading returns the images and labels`(
    labels: ElementType?, count: Int
  ) throws {
    let folder = try Folder()
    // 8 images of 7 bytes need no padding before the labels, but fewer images do.
    for (width, maximumCount) in [(1, count), (7, (count + 7) / 8 * 8), (8, 1 << 40)] {
      let written = try Self.write(
        count, width: width, labels: labels, maximumCount: maximumCount, to: folder.file("x"))
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
      _ = try Self.write(
        count, width: width, labels: labels, maximumCount: maximumCount, to: pipe.inputPath)
      #expect(try folder.bytes(of: "x") == pipe.drain())
    }
    #expect(try folder.content() == ["x"])
  }

  @Test func `metadata that does not fit into the header is an error before anything is written`()
    throws
  {
    let folder = try Folder()
    func write(_ count: Int) throws {
      let writer = try ImagesWriter(
        [1, 1, 1], labels: .i64, metadata: ["k": String(repeating: "w", count: count)],
        maximumCount: 9, to: OutputFile(folder.file("x")))
      // One image needs the longest padding.
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
