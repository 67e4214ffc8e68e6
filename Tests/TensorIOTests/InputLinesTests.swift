// Lines are returned as they arrive.
import Glibc
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

  @Test(arguments: [
    ("a\r\nb\r\n", "a\nb\n"), ("\u{FEFF}a\nb", "a\nb"), ("\u{FEFF}a\r\n\r\nb\r", "a\n\nb"),
    ("\u{FEFF}", ""), ("a\rb\n\r\r\n", "a\rb\n\r\n"), ("a\u{FEFF}\n", "a\u{FEFF}\n"),
  ])
  func `text of Windows has the lines of other text`(_ text: String, _ expected: String) throws {
    let folder = try Folder()
    let path = try folder.write(Array(text.utf8), to: "x")
    var lines = try InputLines(rereadable: path)
    for _ in 0..<2 {
      var read: [UInt8] = []
      while let some = try lines.next() { read += some }
      #expect(read + lines.rest == Array(expected.utf8))
      lines.rewind()
    }
    #expect(try InputFile(path).text(limit: 100, of: "a test") == expected)
  }

  @Test func `a byte order mark may arrive in pieces`() throws {
    let folder = try Folder()
    let path = try folder.write([0xEF], to: "growing")
    var lines = try InputLines(path)
    #expect(try lines.next() == nil)
    let file = open(path, O_WRONLY | O_APPEND)
    #expect(write(file, [0xBB, 0xBF, 97, 13, 10] as [UInt8], 5) == 5)
    close(file)
    #expect(try lines.next() == [97, 10])
  }

  @Test func `UTF-16 and other bytes are not text`() throws {
    let folder = try Folder()
    let cases: [([UInt8], String)] = [
      (
        [0xFF, 0xFE, 0x61, 0, 10, 0],
        "is UTF-16 text, not valid UTF-8 text; convert it with iconv -f UTF-16 -t UTF-8"
      ),
      (
        [0xFE, 0xFF, 0, 0x61, 0, 10],
        "is UTF-16 text, not valid UTF-8 text; convert it with iconv -f UTF-16 -t UTF-8"
      ),
    ]
    for (bytes, message) in cases {
      let path = try folder.write(bytes, to: "x")
      let error = fileError {
        var lines = try InputLines(path)
        _ = try lines.next()
      }
      #expect(error?.message == message && error?.kind == .invalid)
      #expect(
        fileError { _ = try InputFile(path).text(limit: 9, of: "a test") }?.message == message)
    }
    for (bytes, message) in [
      ([0x61, 0, 0x62, 0] as [UInt8], "is not valid UTF-8 text"),
      ([0x61, 0xFF], "is not valid UTF-8 text"),
      ([0, 0, 8, 3, 0, 0], "is an IDX file, not valid UTF-8 text; convert it with idx2tensor"),
      (Array("0123456789".utf8), "is longer than the limit of 9 bytes for a test"),
    ] {
      let path = try folder.write(bytes, to: "x")
      let error = fileError { _ = try InputFile(path).text(limit: 9, of: "a test") }
      #expect(error?.message == message && error?.kind == .invalid)
    }
    let path = try folder.write(Array("012345678".utf8), to: "x")
    #expect(try InputFile(path).text(limit: 9, of: "a test") == "012345678")
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
