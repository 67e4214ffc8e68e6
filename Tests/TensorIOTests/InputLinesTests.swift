// Lines are returned as they arrive.
import TestSupport
import Testing

@testable import TensorIO

@Suite struct InputLinesTests {
  @Test(arguments: ["", "a", "\n", "a\n", "a\nb", "\n\na\n\nb\n"])
  func `lines are complete, and the rest of the text is available`(_ text: String) throws {
    let folder = try Folder()
    var lines = try InputLines(try folder.write(Array(text.utf8), to: "x"))
    var read: [UInt8] = []
    while let some = try lines.next() {
      #expect(some.last == UInt8(ascii: "\n"))
      read += some
    }
    #expect(read + lines.rest == Array(text.utf8))
    #expect(!lines.rest.contains(UInt8(ascii: "\n")))
    #expect(try lines.next() == nil)
  }

  @Test func `a file or a pipe can be read twice`() throws {
    let folder = try Folder()
    let bytes = (0..<9_000).flatMap { Array("line \($0)\n".utf8) } + Array("rest".utf8)
    let pipe = Pipe(Array(bytes.suffix(60_000)))
    for (path, expected) in [
      (try folder.write(bytes, to: "x"), bytes), (pipe.outputPath, bytes.suffix(60_000)),
    ] {
      var lines = try InputLines(rereadable: path)
      for _ in 0..<2 {
        var read: [UInt8] = []
        while let some = try lines.next() { read += some }
        #expect(read + lines.rest == expected)
        lines.rewind()
      }
    }
    #expect(try folder.content() == ["x"])
  }

  @Test func `a line is returned when it is complete, while the pipe is still open`() throws {
    let pipe = Pipe()
    let output = try OutputFile(pipe.inputPath)
    try output.write(Array("one\ntwo\nthr".utf8))
    var lines = try InputLines(pipe.outputPath)
    #expect(try lines.next() == Array("one\ntwo\n".utf8))
    #expect(lines.rest == Array("thr".utf8))
    try output.write(Array("ee\n".utf8))
    #expect(try lines.next() == Array("three\n".utf8))
  }

  @Test func `a line has at most 65536 bytes`() throws {
    let folder = try Folder()
    for (count, isRead) in [(65_535, true), (65_536, true), (65_537, false), (1 << 20, false)] {
      let line = [UInt8](repeating: 97, count: count) + [UInt8(ascii: "\n")]
      let path = try folder.write(line, to: "x")
      let error = fileError {
        var lines = try InputLines(path)
        #expect(try lines.next() == line)
        #expect(try lines.next() == nil)
      }
      #expect((error == nil) == isRead, "\(count)")
      if !isRead { #expect(error?.kind == .invalid) }
    }
  }
}
