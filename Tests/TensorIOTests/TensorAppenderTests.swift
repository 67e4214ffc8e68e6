// A file whose tensors are known only as they arrive is like any other tensor file.
import TestSupport
import Testing

@testable import TensorIO

@Suite struct TensorAppenderTests {
  @Test(arguments: UInt64(0)..<50)
  func `tensors of any types in any order can be read back, and are aligned`(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    let folder = try Folder()
    let file = try TensorAppender(
      TensorHeaderBuilder(kind: "trace", metadata: ["a": "1"]), to: OutputFile(folder.file("x")))
    var written: [(entry: TensorEntry, bytes: [UInt8])] = []
    for index in 0..<Int.random(in: 0...20, using: &random) {
      let type = try #require(
        ElementType.allCases.filter { $0.bitCount >= 8 }.randomElement(using: &random))
      let entry = TensorEntry("t.\(index)", type, [Int.random(in: 0...9, using: &random)])
      let bytes = random.bytes(entry.byteCount)
      written.append((entry, bytes))
      try file.append(entry, bytes.span)
      file.addMetadata("t.\(index)", "\"\(index)\"")
    }
    try file.finish()

    let read = try TensorFile(folder.file("x"))
    #expect(read.header.kind == "trace" && read.header.crc32 != nil && read.header.isAligned)
    #expect(read.header.metadata["a"] == "1")
    let entries = read.header.entries.filter { !$0.name.hasPrefix("padding.") }
    #expect(entries == written.map(\.entry))
    for (index, (entry, bytes)) in written.enumerated() {
      #expect(read.array(entry.name) == bytes)
      #expect(read.header.metadata["t.\(index)"] == "\"\(index)\"")
    }
    let paddings = read.header.entries.filter { $0.name.hasPrefix("padding.") }
    #expect(paddings.allSatisfy { $0.type == .u8 && 1...7 ~= $0.byteCount })
    #expect(try folder.content() == ["x"])
    #expect(try folder.bytes(of: "x").count == 1 << 20 + read.header.dataByteCount)
  }

  @Test func `a header can take exactly 1 MiB`() throws {
    let folder = try Folder()
    var builder = TensorHeaderBuilder(kind: "trace", metadata: [:])
    builder.append(TensorEntry("a", .u8, [3]))
    builder.append(TensorEntry("b", .i64, []))
    builder.addMetadata("short", "")
    // The size of the header without the last value.
    let bytes = builder.header.encoded(checksum: Checksum.placeholder)
    let used = try #require(bytes.lastIndex { $0 != UInt8(ascii: " ") }) + 1
    let value = String(repeating: "w", count: 1 << 20 - used - "\"\":\"\",".utf8.count - 1)
    var tooLarge = builder
    builder.addMetadata("k", value)
    tooLarge.addMetadata("k", value + "w")
    #expect(builder.fits && !tooLarge.fits)

    let file = try TensorAppender(
      TensorHeaderBuilder(kind: "trace", metadata: [:]), to: OutputFile(folder.file("x")))
    try file.append(TensorEntry("a", .u8, [3]), [1, 2, 3].span)
    try file.append(TensorEntry("b", .i64, []), Array(repeating: 0, count: 8).span)
    file.addMetadata("short", "")
    file.addMetadata("k", value)
    try file.finish()
    #expect(try folder.bytes(of: "x")[1 << 20 - 1] == UInt8(ascii: "}"))
    #expect(try TensorFile(folder.file("x")).header.metadata["k"] == value)
  }

  @Test func `an output that is not seekable is an error`() throws {
    let pipe = Pipe()
    let error = #expect(throws: FileError.self) {
      try TensorAppender(
        TensorHeaderBuilder(kind: "trace", metadata: [:]), to: OutputFile(pipe.inputPath))
    }
    #expect(error?.kind == .usage && error?.message.contains("regular file") == true)
  }

  @Test func `a file that is not finished leaves the old file`() throws {
    let folder = try Folder()
    try folder.write([1], to: "x")
    do {
      let file = try TensorAppender(
        TensorHeaderBuilder(kind: "trace", metadata: [:]), to: OutputFile(folder.file("x")))
      try file.append(TensorEntry("a", .u8, [2]), [1, 2].span)
    }
    #expect(try folder.content() == ["x"])
    #expect(try folder.bytes(of: "x") == [1])
  }
}
