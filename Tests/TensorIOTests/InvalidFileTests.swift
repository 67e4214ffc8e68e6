// The tables of `FileCase`, read from a file and from a pipe, and unusual but valid files.
import TestSupport
import Testing

@testable import TensorIO

@Suite struct InvalidFileTests {
  @Test(arguments: FileCase.invalid)
  func `a malformed file is an error with the reason`(_ file: FileCase) throws {
    let folder = try Folder()
    let path = try folder.write(file.bytes, to: "x.tensor")
    let error = fileError { _ = try TensorFile(path) }
    #expect(error?.kind == .invalid)
    #expect(error?.path == path)
    #expect(error?.message.contains(file.fragment) == true, "\(error?.message ?? "accepted")")
  }

  @Test(arguments: FileCase.invalid)
  func `a malformed file from a pipe is an error with the reason`(_ file: FileCase) throws {
    // A pipe holds 64 KiB, and the number of extra bytes in it is not determined.
    let pipe = Pipe(Array(file.bytes.prefix(1 << 16)))
    let error = fileError { _ = try TensorFile(pipe.outputPath) }
    #expect(error?.kind == .invalid)
    let isTruncated = file.bytes.count > 1 << 16
    let hasExtraBytes = file.fragment.contains("extra bytes")
    let fragment =
      hasExtraBytes ? file.fragment.replacing(/found \d+/, with: "found more") : file.fragment
    #expect(
      error?.message.contains(isTruncated ? "is truncated" : fragment) == true,
      "\(error?.message ?? "accepted")")
  }

  @Test(arguments: FileCase.valid + FileCase.types)
  func `an unusual but valid file is accepted`(_ file: FileCase) throws {
    let folder = try Folder()
    let path = try folder.write(file.bytes, to: "x.tensor")
    let pipe = Pipe(file.bytes)
    let fromFile = try TensorFile(path)
    let fromPipe = try TensorFile(pipe.outputPath)
    #expect(fromFile.header == fromPipe.header)
    for entry in fromFile.header.entries {
      let bytes = fromFile.array(entry.name)
      #expect(bytes?.count == entry.byteCount)
      #expect(bytes == fromPipe.array(entry.name))
    }
    let error = fileError { try fromFile.require(kind: "checkpoint") }
    #expect(error?.kind == .invalid)
  }

  @Test func `tensors are listed in the order of their offsets`() throws {
    let folder = try Folder()
    let json = """
      {"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]},\
      "e":{"dtype":"U8","shape":[0],"data_offsets":[1,1]},\
      "a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}
      """
    let bytes = Array(container(json, data: 0)) + [7, 8, 9]
    let file = try TensorFile(folder.write(bytes, to: "x.tensor"))
    #expect(file.header.entries.map(\.name) == ["a", "e", "b"])
    #expect(file.header.offset(of: "b") == 1)
    #expect(file.array("a") == [7])
    #expect(file.array("b") == [8, 9])
    #expect(file.array("c") == nil)
  }

  @Test func `a misaligned tensor is aligned in memory`() throws {
    let folder = try Folder()
    let json = """
      {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},\
      "b":{"dtype":"I64","shape":[1],"data_offsets":[1,9]}}
      """
    for padding in 0..<8 {
      let header = json + String(repeating: " ", count: padding)
      let bytes = container(header, data: 0) + [7, 1, 2, 3, 4, 5, 6, 7, 8]
      let file = try TensorFile(folder.write(bytes, to: "x.tensor"))
      #expect(file.numbers(of: "b") as [Int64]? == [0x0807_0605_0403_0201])
      #expect(file.checksum(of: "b") == 0x3FCA_88C5)
    }
  }

  @Test func `elements can be read only as their own type`() throws {
    let folder = try Folder()
    let header = TensorHeader(kind: "test", entries: [TensorEntry("a", .f32, [2])])
    try header.write([0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0], to: folder.file("x"))
    let file = try TensorFile(folder.file("x"))
    #expect(file.numbers(of: "a", as: Float.self) == [1, -2])
    #expect(file.numbers(of: "a", as: UInt32.self) == nil)
    #expect(file.numbers(of: "b", as: Float.self) == nil)
    #expect(file.withNumbers(of: "a") { (numbers: Span<Float>) in numbers[1] } == -2)
    #expect(file.withNumbers(of: "a") { (numbers: Span<Int32>) in numbers[1] } == nil)
  }

  @Test func `ten tensors with the same offsets are an error`() throws {
    let folder = try Folder()
    let tensors = (0..<10).map {
      #""t\#($0)":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}"#
    }
    let path = try folder.write(container("{\(tensors.joined(separator: ","))}"), to: "x.tensor")
    let error = fileError { _ = try TensorFile(path) }
    #expect(error?.message.contains("tensor t1: overlaps") == true)
  }

  @Test(.timeLimit(.minutes(1)))
  func `a header of 100,000 tensors takes time in proportion`() throws {
    let folder = try Folder()
    let count = 100_000
    let tensors = (0..<count).reversed().map {
      #""\#($0)":{"dtype":"U8","shape":[1],"data_offsets":[\#($0),\#($0 + 1)]}"#
    }
    let bytes = container("{\(tensors.joined(separator: ","))}", data: count)
    let file = try TensorFile(folder.write(bytes, to: "x.tensor"))
    #expect(file.header.entries.count == count)
    #expect(file.header.offset(of: "77777") == 77777)
  }
}
