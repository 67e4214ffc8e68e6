// Which inputs can be opened, and the errors for the others.
import Foundation
import TestSupport
import Testing

@testable import TensorIO

@Suite struct InputFileTests {
  @Test func `a file that does not exist is an error`() throws {
    let folder = try Folder()
    let error = fileError { _ = try InputFile(folder.file("none")) }
    #expect(error?.kind == .missing)
    #expect(error?.description == folder.file("none") + ": no such file")
  }

  @Test func `a directory is an error`() throws {
    let folder = try Folder()
    let error = fileError { _ = try InputFile(folder.path) }
    #expect(error?.kind == .missing)
    #expect(error?.message == "is a directory")
  }

  @Test func `the system's messages begin in lowercase`() throws {
    let folder = try Folder()
    let path = try folder.write([1], to: "x")
    let error = fileError { _ = try InputFile(path + "/y") }
    #expect(error?.kind == .missing)
    #expect(error?.message == "not a directory")
  }

  @Test func `a terminal is neither read nor written`() throws {
    // Swift does not import posix_openpt and ptsname. On Linux they make these two requests.
    let (unlock, getNumber) = (UInt(0x4004_5431), UInt(0x8004_5430))
    let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var (zero, number) = (Int32(0), Int32(0))
    try #require(terminal >= 0)
    defer { close(terminal) }
    try #require(ioctl(terminal, unlock, &zero) == 0)
    try #require(ioctl(terminal, getNumber, &number) == 0)
    let path = "/dev/pts/\(number)"
    let error = fileError { _ = try InputFile(path) }
    #expect(error?.kind == .usage)
    #expect(error?.message == "refusing to read binary data from a terminal; use a file or a pipe")
    let output = fileError { _ = try OutputFile(path) }
    #expect(output?.kind == .usage)
    #expect(
      output?.message == "refusing to write binary data to a terminal; use -f to override")
    try OutputFile(path, force: true).commit()
  }

  @Test func `reading fills the buffer, except at the end of the file`() throws {
    let folder = try Folder()
    let bytes = Array(UInt8(0)..<10)
    let path = try folder.write(bytes, to: "x")
    let pipe = Pipe(bytes)
    for input in [try InputFile(path), try InputFile(pipe.outputPath)] {
      var buffer = [UInt8](repeating: 0, count: 7)
      #expect(try input.read(into: &buffer, 1..<6) == 5)
      #expect(buffer == [0] + bytes[..<5] + [0])
      #expect(try input.read(into: &buffer, 3..<3) == 0)
      #expect(try input.read(into: &buffer, 0..<7) == 5)
      #expect(buffer[..<5] == bytes[5...])
      #expect(try input.read(into: &buffer, 0..<7) == 0)
    }
    #expect(try InputFile(path).regularSize == 10)
    #expect(try InputFile("/dev/null").regularSize == nil)
  }

  @Test func `an error is one line, whatever the path contains`() {
    let error = FileError(.invalid, "a\nb\u{1B}[1m\u{202E}", "is empty")
    #expect(error.description == "a\\u{a}b\\u{1b}[1m\\u{202e}: is empty")
    #expect(error.isBrokenPipe == false)
    #expect(FileError.Kind.busy.rawValue == 75)
  }
}
