// Corruption by a disk, a network or a full file system is always detected.
import Foundation
import TestSupport
import Testing

@testable import TensorIO

@Suite struct CorruptionTests {
  private let header = TensorHeader(
    kind: "checkpoint", metadata: ["step": "12", "quote": "\"\\\n"],
    entries: [
      TensorEntry("i", .i64, [1]), TensorEntry("w", .f32, [2, 1]), TensorEntry("e", .f32, [0]),
      TensorEntry("u", .u8, [3]),
    ])
  // The data begins with spaces: a header of another length would count them as padding.
  private let data: [UInt8] = [32, 32, 0, 255, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]

  @Test func `pitfall 28: any change of any single byte is detected`() throws {
    let folder = try Folder()
    let path = folder.file("x.tensor")
    try header.write(data, to: path)
    let bytes = try folder.bytes(of: "x.tensor")
    let descriptor = open(path, O_WRONLY)
    defer { close(descriptor) }
    var accepted: [String] = []
    for offset in bytes.indices {
      for change in UInt8(1)...255 {
        var changed = bytes[offset] ^ change
        pwrite(descriptor, &changed, 1, offset)
        let error = fileError { _ = try TensorFile(path) }
        if error?.kind != .invalid { accepted.append("byte \(offset) as \(changed)") }
      }
      var original = bytes[offset]
      pwrite(descriptor, &original, 1, offset)
    }
    #expect(accepted.isEmpty)
    _ = try TensorFile(path)
  }

  @Test(arguments: [true, false])
  func `a file truncated anywhere is detected`(fromPipe: Bool) throws {
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
      let fragment = count == 0 ? "is empty" : ", found \(count))"
      #expect(error?.message.contains(fragment) == true)
    }
  }

  @Test func `a file that was written to a pipe has no checksum, and truncation is still detected`()
    throws
  {
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
