// Reading returns what was written, and every way to write makes the same bytes.
import Foundation
import TestSupport
import Testing

@testable import TensorIO

@Suite struct RoundTripTests {
  @Test func `a file has exactly the documented bytes`() throws {
    let folder = try Folder()
    let header = TensorHeader(
      kind: "images", metadata: ["z": "1", "Z": "a\"\\\t\u{7F}é", "range": "0,255"],
      entries: [TensorEntry("labels", .i64, [2]), TensorEntry("images", .u8, [2, 1])])
    try header.write(Array(1...18), to: folder.file("x.tensor"))
    let bytes = try folder.bytes(of: "x.tensor")
    let json = """
      {"__metadata__":{"Z":"a\\"\\\\\\u0009\u{7F}é","crc32":"CCCCCCCC","range":"0,255",\
      "tensorio.kind":"images","tensorio.version":"1","z":"1"},\
      "labels":{"dtype":"I64","shape":[2],"data_offsets":[0,16]},\
      "images":{"dtype":"U8","shape":[2,1],"data_offsets":[16,18]}}
      """
    let file = try TensorFile(folder.file("x.tensor"))
    let digits = Checksum.digits(try #require(file.header.crc32))
    let used = 8 + json.utf8.count
    let padding = (64 - used % 64) % 64
    let padded = json.replacing("CCCCCCCC", with: digits) + String(repeating: " ", count: padding)
    #expect(bytes == container(padded, data: 0) + Array(1...18))

    var zeroed = Checksum()
    let blank =
      json.replacing("CCCCCCCC", with: "00000000") + String(repeating: " ", count: padding)
    zeroed.append((container(blank, data: 0) + Array(1...18)).span)
    #expect(file.header.crc32 == zeroed.value)
    #expect(file.header.metadata == header.metadata)
    #expect(file.header.entries == header.entries)
    #expect(file.header.kind == "images")
    #expect(file.header["images"]?.elementCount == 2)
    #expect(file.header["crc32"] == nil)
  }

  @Test(arguments: UInt64(0)..<100)
  func `any tensors can be written from memory or in pieces, and read back`(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    let header = randomHeader(&random)
    let data = random.bytes(header.dataByteCount)
    let folder = try Folder()

    try header.write(data, to: folder.file("memory.tensor"))
    let writer = try TensorWriter(header, to: OutputFile(folder.file("stream.tensor")))
    var written = 0
    while written < data.count {
      let count = Int.random(in: 0...min(data.count - written, 1000), using: &random)
      try writer.write(data.span.extracting(written..<written + count))
      written += count
    }
    try writer.finish()
    let bytes = try folder.bytes(of: "memory.tensor")
    #expect(try folder.bytes(of: "stream.tensor") == bytes)
    #expect((bytes.count - data.count).isMultiple(of: 64))

    let pipe = Pipe(bytes)
    for path in [folder.file("memory.tensor"), pipe.outputPath] {
      let file = try TensorFile(path)
      #expect(file.header.crc32 != nil)
      #expect(file.header.metadata == header.metadata)
      #expect(file.header.entries == header.entries)
      for entry in header.entries {
        let start = try #require(header.offset(of: entry.name))
        let expected = Array(data[start..<start + entry.byteCount])
        #expect(file.array(entry.name) == expected)
        var sum = Checksum()
        sum.append(expected.span)
        #expect(file.checksum(of: entry.name) == sum.value)
      }
    }
  }

  @Test func `data in several parts makes the same file as in one`() throws {
    let folder = try Folder()
    let header = TensorHeader(kind: "images", entries: [TensorEntry("a", .u8, [5])])
    let data: [UInt8] = [1, 2, 3, 4, 5]
    try header.write(data, to: folder.file("one.tensor"))
    try data.withUnsafeBytes { all in
      let parts = [all[0..<2], all[2..<2], all[2..<5]].map { UnsafeRawBufferPointer(rebasing: $0) }
      try header.write(parts, to: OutputFile(folder.file("parts.tensor")))
    }
    #expect(try folder.bytes(of: "one.tensor") == folder.bytes(of: "parts.tensor"))
  }

  @Test func `the example of the documentation works`() throws {
    let folder = try Folder()
    let values: [Float] = [1, 2, 3, 4, 5, 6]
    let header = TensorHeader(
      kind: "example", metadata: ["author": "me"], entries: [TensorEntry("weights", .f32, [2, 3])])
    let writer = try TensorWriter(header, to: OutputFile(folder.file("x")))
    try writer.write(elements: values.span)
    try writer.finish()
    let file = try TensorFile(folder.file("x"))
    #expect(file.header["weights"]?.shape == [2, 3])
    #expect(file.numbers(of: "weights", as: Float.self) == values)
  }

  @Test func `a header that was read can be written again`() throws {
    let folder = try Folder()
    let foreign = container(
      #"{"__metadata__":{"format":"pt"},"t":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#)
    let file = try TensorFile(folder.write(foreign, to: "x.tensor"))
    let data = try #require(file.bytes(of: "t"))
    try withExtendedLifetime(file) {
      try file.header.write([data], to: OutputFile(folder.file("y.tensor")))
    }
    let copy = try TensorFile(folder.file("y.tensor"))
    #expect(copy.header.metadata == ["format": "pt", "tensorio.version": "1"])
    #expect(copy.header.crc32 != nil)
  }

  @Test func `a file can be replaced while it is read`() throws {
    let folder = try Folder()
    let path = folder.file("x.tensor")
    let header = TensorHeader(kind: "images", entries: [TensorEntry("a", .u8, [3])])
    try header.write([1, 2, 3], to: path)
    let old = try TensorFile(path)
    try header.write([4, 5, 6], to: path)
    #expect(old.array("a") == [1, 2, 3])
    #expect(try TensorFile(path).array("a") == [4, 5, 6])
  }

  @Test func `a file of 3 MB passes through a pipe`() throws {
    let folder = try Folder()
    var random = SplitMix(state: 1)
    let header = TensorHeader(kind: "images", entries: [TensorEntry("a", .u8, [3_000_000])])
    let data = random.bytes(header.dataByteCount)
    try header.write(data, to: folder.file("x.tensor"))
    let fifo = folder.file("fifo")
    mkfifo(fifo, 0o600)
    let source = folder.file("x.tensor")
    Thread.detachNewThread {
      guard let file = try? TensorFile(source), let bytes = file.bytes(of: "a") else { return }
      withExtendedLifetime(file) { try? file.header.write([bytes], to: OutputFile(fifo)) }
    }
    #expect(try TensorFile(fifo).array("a") == data)
  }

  @Test(arguments: [
    ("images", "checkpoint", "is images, not a checkpoint"),
    ("checkpoint", "images", "is a checkpoint, not images"),
    ("a\u{1B}[2J", "images", "is \"a\u{1B}[2J\", not images"),
  ])
  func `a file of another kind is an error that names both kinds`(
    found: String, wanted: String, message: String
  ) throws {
    let folder = try Folder()
    let path = folder.file("x.tensor")
    try TensorHeader(kind: found, entries: []).write([], to: path)
    let file = try TensorFile(path)
    try file.require(kind: found)
    let error = fileError { try file.require(kind: wanted) }
    #expect(error?.kind == .invalid)
    #expect(error?.message == message)
  }

  @Test func `a file of another program is an error because it has no kind`() throws {
    let folder = try Folder()
    let file = try TensorFile(folder.write(container("{}", data: 0), to: "x.tensor"))
    let error = fileError { try file.require(kind: "checkpoint") }
    #expect(
      error?.message
        == "is not a checkpoint: metadata has no tensorio.kind; a program that saves a checkpoint again "
        + "must keep its metadata, such as save_file(tensors, path, metadata)")
  }

  /// A header of up to six tensors, the larger types first so that each is aligned.
  private func randomHeader(_ random: inout SplitMix) -> TensorHeader {
    let letters = Array("abcXYZ019_.-")
    var names: Set<String> = []
    for _ in 0..<Int.random(in: 0...6, using: &random) {
      let count = Int.random(in: 1...(Bool.random(using: &random) ? 128 : 8), using: &random)
      names.insert(
        String((0..<count).map { _ in letters.randomElement(using: &random) ?? "a" }))
    }
    let types = ElementType.allCases.filter { $0.bitCount >= 8 }.shuffled(using: &random)
    let entries = names.sorted().enumerated().map { index, name in
      let rank = Int.random(in: 0...8, using: &random)
      let shape = (0..<rank).map { _ in Int.random(in: rank > 4 ? 1...2 : 0...4, using: &random) }
      return TensorEntry(name, types[index % types.count], shape)
    }
    .sorted { $0.type.byteCount > $1.type.byteCount }
    var metadata: [String: String] = [:]
    for _ in 0..<Int.random(in: 0...4, using: &random) {
      let scalars = (0..<Int.random(in: 0...9, using: &random)).map { _ in
        Unicode.Scalar(UInt32.random(in: 0...0x1_0000, using: &random)) ?? "?"
      }
      metadata["k" + String(random.next(), radix: 36)] = String(String.UnicodeScalarView(scalars))
    }
    return TensorHeader(kind: "test", metadata: metadata, entries: entries)
  }
}
