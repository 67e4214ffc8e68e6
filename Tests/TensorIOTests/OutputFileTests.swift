// A file is replaced as a whole or not at all; pipes and devices are written directly.
import Foundation
import TestSupport
import Testing

@testable import TensorIO

@Suite struct OutputFileTests {
  @Test func `a committed file exists under its path, without a partial file`() throws {
    let folder = try Folder()
    let output = try OutputFile(folder.file("x"))
    #expect(output.isSeekable)
    try output.write([1, 2, 3, 4])
    try output.overwrite([9], at: 2)
    #expect(try folder.content() == ["x.partial"])
    try output.commit()
    #expect(try folder.content() == ["x"])
    #expect(try folder.bytes(of: "x") == [1, 2, 9, 4])
  }

  @Test func `pitfall 28: a partial file is written, synced, renamed, and its directory synced`()
    throws
  {
    let folder = try Folder()
    let path = try folder.write([1], to: "x")
    let calls = try SystemCalls.recorded {
      let output = try OutputFile(path)
      try output.write([2])
      #expect(try folder.bytes(of: "x") == [1])
      try output.commit()
    }
    #expect(
      calls == [
        "sync \(path).partial", "rename \(path).partial to \(path)", "sync \(folder.path)",
      ])
    #expect(try folder.bytes(of: "x") == [2])
    #expect(try folder.content() == ["x"])
  }

  @Test func `an output without commit leaves the old file and no partial file`() throws {
    let folder = try Folder()
    try folder.write([1], to: "x")
    do {
      let output = try OutputFile(folder.file("x"))
      try output.write([2])
      #expect(try folder.bytes(of: "x") == [1])
    }
    #expect(try folder.bytes(of: "x") == [1])
    #expect(try folder.content() == ["x"])
  }

  @Test func `a replaced file keeps its permissions`() throws {
    let folder = try Folder()
    let path = try folder.write([1], to: "x")
    chmod(path, 0o640)
    let output = try OutputFile(path)
    try output.write([2])
    try output.commit()
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == 0o640)
    #expect(try folder.bytes(of: "x") == [2])
  }

  @Test func `the target of a symbolic link is replaced, not the link`() throws {
    let folder = try Folder()
    let other = try Folder()
    try other.write([1], to: "x")
    symlink(other.file("x"), folder.file("link"))
    let output = try OutputFile(folder.file("link"))
    try output.write([2])
    #expect(try other.content() == ["x", "x.partial"])
    try output.commit()
    #expect(try other.bytes(of: "x") == [2])
    #expect(try folder.content() == ["link"])
    var status = stat()
    #expect(lstat(folder.file("link"), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
  }

  @Test func `a symbolic link to a missing file is an error`() throws {
    let folder = try Folder()
    symlink(folder.file("none"), folder.file("link"))
    let error = fileError { _ = try OutputFile(folder.file("link")) }
    #expect(error?.kind == .cannotCreate)
    #expect(try folder.content() == ["link"])
  }

  @Test func `a second writer of the same file gets an error`() throws {
    let folder = try Folder()
    let output = try OutputFile(folder.file("x"))
    let error = fileError { _ = try OutputFile(folder.file("x")) }
    #expect(error?.kind == .busy)
    #expect(error?.message == "is being written by another process")
    try output.write([1])
    try output.commit()
    try OutputFile(folder.file("x")).commit()
    #expect(try folder.bytes(of: "x") == [])
    #expect(try folder.content() == ["x"])
  }

  @Test func `the partial file of a killed process is overwritten`() throws {
    let folder = try Folder()
    try folder.write([1, 2, 3], to: "x.partial")
    let output = try OutputFile(folder.file("x"))
    try output.write([4])
    try output.commit()
    #expect(try folder.bytes(of: "x") == [4])
    #expect(try folder.content() == ["x"])
  }

  @Test func `a full disk is an error`() throws {
    let output = try OutputFile("/dev/full")
    #expect(!output.isSeekable)
    let error = fileError { try output.write([1]) }
    #expect(error?.kind == .inputOutput)
    #expect(error?.description == "/dev/full: no space left on device")
    #expect(error?.isBrokenPipe == false)
    let header = TensorHeader(kind: "images", entries: [])
    let headerError = fileError { try header.write([], to: "/dev/full") }
    #expect(headerError?.kind == .inputOutput)
  }

  @Test func `a pipe without a reader is a broken pipe`() throws {
    let pipe = Pipe()
    let output = try OutputFile(pipe.inputPath)
    pipe.closeOutput()
    let error = fileError { try output.write([1]) }
    #expect(error?.kind == .inputOutput)
    #expect(error?.isBrokenPipe == true)
    #expect(error?.message == "broken pipe")
  }

  @Test func `a named pipe and a device are written directly`() throws {
    let folder = try Folder()
    mkfifo(folder.file("fifo"), 0o600)
    let reader = open(folder.file("fifo"), O_RDWR | O_NONBLOCK)
    defer { close(reader) }
    let output = try OutputFile(folder.file("fifo"))
    try output.write([1, 2, 3])
    try output.commit()
    var bytes = [UInt8](repeating: 0, count: 8)
    #expect(read(reader, &bytes, 8) == 3)
    #expect(bytes[..<3] == [1, 2, 3])
    #expect(try folder.content() == ["fifo"])

    let null = try OutputFile("/dev/null")
    try null.write([1])
    try null.commit()
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
  }

  @Test func `more data than a pipe holds is written completely`() throws {
    let folder = try Folder()
    mkfifo(folder.file("fifo"), 0o600)
    let reader = open(folder.file("fifo"), O_RDWR)
    Thread.detachNewThread {
      var bytes = [UInt8](repeating: 0, count: 1000)
      var left = 200_000
      while left > 0 { left -= max(0, read(reader, &bytes, bytes.count)) }
      close(reader)
    }
    let output = try OutputFile(folder.file("fifo"))
    try output.write([UInt8](repeating: 1, count: 200_000))
    try output.commit()
  }

  @Test func `the error for an output that cannot be created gives the reason`() throws {
    let folder = try Folder()
    let file = try folder.write([1], to: "file")
    mkdir(folder.file("folder"), 0o700)
    let cases = [
      (folder.file("none/x"), "no such file or directory"),
      (file + "/x", "not a directory"),
      (folder.file("folder"), "is a directory"),
      (folder.path + "/new/", "no such file or directory"),
      (folder.file(String(repeating: "a", count: 256)), "file name too long"),
      ("", "no such file or directory"),
    ]
    for (path, message) in cases {
      let error = fileError { _ = try OutputFile(path) }
      #expect(error?.kind == .cannotCreate)
      #expect(error?.description == "\(path): \(message)")
    }
  }

  @Test func `a partial file that is not a regular file is an error, and stays`() throws {
    let folder = try Folder()
    mkdir(folder.file("a.partial"), 0o700)
    symlink(folder.file("other"), folder.file("b.partial"))
    mkfifo(folder.file("c.partial"), 0o600)
    for name in ["a", "b", "c"] {
      let error = fileError { _ = try OutputFile(folder.file(name)) }
      #expect(error?.kind == .cannotCreate)
      #expect(
        error?.message
          == folder.file(name) + ".partial exists and is not a regular file; remove it")
    }
    #expect(try folder.content() == ["a.partial", "b.partial", "c.partial"])
  }

  @Test func `more outputs than the signal handler has slots for can be written`() throws {
    let folder = try Folder()
    let outputs = try (0..<40).map { try OutputFile(folder.file("\($0)")) }
    for output in outputs { try output.commit() }
    #expect(try folder.content().count == 40)
  }
}
