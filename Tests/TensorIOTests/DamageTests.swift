// What a disk, a cable or a full file system does to a good file must never go unnoticed.
import Foundation
import TestSupport
import Testing

@testable import TensorIO

@Suite struct DamageTests {
  private let header = TensorHeader(
    kind: "checkpoint", metadata: ["step": "12", "quote": "\"\\\n"],
    entries: [
      TensorEntry("i", .i64, [1]), TensorEntry("w", .f32, [2, 1]), TensorEntry("e", .f32, [0]),
      TensorEntry("u", .u8, [3]),
    ])
  // Spaces among the data: a longer header would be padded by them.
  private let data: [UInt8] = [32, 32, 0, 255, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]

  @Test func `pitfall 28: one changed byte anywhere, to any other value, is noticed`() throws {
    let folder = try Folder()
    let path = folder.file("x.tensor")
    try header.write(data, to: path)
    let bytes = try folder.bytes(of: "x.tensor")
    let descriptor = open(path, O_WRONLY)
    defer { close(descriptor) }
    var accepted: [String] = []
    for place in bytes.indices {
      for change in UInt8(1)...255 {
        var changed = bytes[place] ^ change
        pwrite(descriptor, &changed, 1, place)
        let error = fileError { _ = try TensorFile(path) }
        if error?.kind != .invalid { accepted.append("byte \(place) as \(changed)") }
      }
      var right = bytes[place]
      pwrite(descriptor, &right, 1, place)
    }
    #expect(accepted.isEmpty)
    _ = try TensorFile(path)
  }

  @Test(arguments: [true, false])
  func `a file cut anywhere is noticed`(fromPipe: Bool) throws {
    let folder = try Folder()
    let path = folder.file("x.tensor")
    try header.write(data, to: path)
    let bytes = try folder.bytes(of: "x.tensor")
    for count in bytes.indices {
      let cut = Array(bytes[..<count])
      let pipe = fromPipe ? Pipe(cut) : nil
      let path = try pipe?.outputPath ?? folder.write(cut, to: "cut.tensor")
      let error = fileError { _ = try TensorFile(path) }
      #expect(error?.kind == .invalid)
      let fragment = count == 0 ? "is empty" : "cut short: \(count) bytes of"
      #expect(error?.message.contains(fragment) == true)
    }
  }

  @Test func `a file from a one-pass pipe is guarded by its lengths alone`() throws {
    let pipe = Pipe()
    let writer = try TensorWriter(header, to: OutputFile(pipe.inputPath))
    try writer.write(data.span)
    try writer.finish()
    let bytes = pipe.drain()
    let folder = try Folder()
    let file = try TensorFile(folder.write(bytes, to: "x.tensor"))
    #expect(file.header.crc32 == nil)
    #expect(file.header == header)
    #expect(file.array("u") == [13, 14, 15])
    for count in bytes.indices {
      let path = try folder.write(Array(bytes[..<count]), to: "cut.tensor")
      #expect(fileError { _ = try TensorFile(path) }?.kind == .invalid)
    }
  }
}
