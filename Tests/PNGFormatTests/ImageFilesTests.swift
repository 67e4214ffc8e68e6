import Foundation
import TensorIO
import TestSupport
import Testing

@testable import PNGFormat

extension Folder {
  /// The paths relative to this directory.
  fileprivate func names(_ files: [ImageFile]) -> [String] {
    files.map { String($0.path.dropFirst(path.count + 1)) }
  }
}

@Suite struct ImageFilesTests {
  @Test func `the files of a directory are sorted by bytes, without hidden ones`()
    throws
  {
    let names = [
      "b.png", "a/z.PNG", "a/b/c.png", "a.png", "Z.png", "a/y.Png", "é.png", "a-b/x.png",
    ]
    let others = [".h.png", ".hidden/x.png", "a/.h.png", "x.jpg", "png", "a/list.txt"]
    let folder = try Folder(
      Dictionary(uniqueKeysWithValues: (names + others).map { ($0, []) }))
    let files = try findImages([folder.path]).files
    #expect(
      folder.names(files) == [
        "Z.png", "a-b/x.png", "a.png", "a/b/c.png", "a/y.Png", "a/z.PNG", "b.png", "é.png",
      ])
    #expect(files.map(\.labelDirectory) == [nil, "a-b", nil, "a", "a", "a", nil, nil])
    #expect(try folder.names(findImages([folder.path + "/"]).files) == folder.names(files))
  }

  @Test func `named files stay in the given order, whatever their extensions`() throws {
    let folder = try Folder(["x/b.png": [], "x/a.png": [], "c.jpg": []])
    let files = try findImages([
      folder.file("c.jpg"), "-", folder.file("x"), folder.file("x/b.png"),
    ]).files
    #expect(files[1].path == "-")
    #expect(
      folder.names(files.filter { $0.path != "-" }) == ["c.jpg", "x/a.png", "x/b.png", "x/b.png"])
    let last = folder.path.split(separator: "/").last.map(String.init)
    #expect(files.map(\.labelDirectory) == [last, nil, nil, nil, "x"])
  }

  @Test func `symbolic links are followed, and cycles end`() throws {
    let folder = try Folder(["a/x.png": [], "b/y.png": []])
    let link = FileManager.default.createSymbolicLink(atPath:withDestinationPath:)
    try link(folder.file("a/again"), "..")
    try link(folder.file("a/self"), ".")
    try link(folder.file("a/link.png"), "../b/y.png")
    try link(folder.file("a/lost.png"), "nowhere")
    try link(folder.file("a/lost"), "nowhere")
    let files = try findImages([folder.file("a")]).files
    #expect(
      folder.names(files) == ["a/again/b/y.png", "a/link.png", "a/lost.png", "a/x.png"])
    #expect(files.map { $0.error?.message } == [nil, nil, "no such file", nil])
  }

  @Test func `a file that cannot be used is returned with its error`() throws {
    let folder = try Folder(["a.png": [], "c.png": [], "b/x.png": []])
    let name = Array(folder.path.utf8CString.dropLast()) + [0x2F, CChar(bitPattern: 0xFF)]
    close(open(name + Array(".png".utf8CString), O_CREAT, 0o600))
    mkdir(folder.file("z.png"), 0o700)
    mkfifo(folder.file("fifo.png"), 0o600)
    chmod(folder.file("b"), 0)
    defer { chmod(folder.file("b"), 0o700) }
    let files = try findImages([folder.path]).files
    let invalid = files.filter { $0.error != nil }
    #expect(invalid.last?.error?.message == "file name is not valid UTF-8")
    if getuid() != 0 {
      #expect(folder.names(invalid).first == "b")
      #expect(invalid.first?.error?.message == "permission denied")
    }
    #expect(
      folder.names(files.filter { $0.error == nil && $0.labelDirectory == nil }) == [
        "a.png", "c.png",
      ])
  }

  @Test func `a path that does not exist is an error`() throws {
    let folder = try Folder()
    let error = fileError { _ = try findImages([folder.path, folder.file("x")]) }
    #expect(error?.kind == .missing && error?.message == "no such file")
    #expect(try findImages([folder.path]).files.isEmpty)
  }

  @Test func `a path in a list that does not exist is returned with its error`() throws {
    let folder = try Folder(["a.png": [], "d/b.png": []])
    let names = ["a.png", "d/lost.png", "d", "lost\r"].map(folder.file)
    let files = try findImages(names, keepMissing: true).files
    #expect(folder.names(files) == ["a.png", "d/lost.png", "d/b.png", "lost\r"])
    #expect(files.map { $0.error?.kind } == [nil, .missing, nil, .missing])
    #expect(files[1].labelDirectory == "d")
    #expect(files[3].error?.description == folder.file("lost") + "\\u{d}: no such file")
  }

  @Test func `images in other formats are counted for each directory`() throws {
    let folder = try Folder([
      "x/b.jpg": [], "x/d/a.JPeG": [], "x/a.png": [], "x/.h.gif": [], "x/.h/a.gif": [],
      "x/list.txt": [], "x/avif": [], "y/a.heic": [], "z/a.png": [],
    ])
    mkdir(folder.file("x/folder.gif"), 0o700)
    let names = ["x/", "y", "z", "x/b.jpg"].map(folder.file)
    let (files, others) = try findImages(names)
    #expect(folder.names(files) == ["x/a.png", "z/a.png", "x/b.jpg"])
    #expect(others.map(\.directory) == [folder.file("x/"), folder.file("y")])
    #expect(
      others.map(\.description) == [
        "2 images are not PNG (b.jpg, …)", "1 image is not PNG (a.heic)",
      ])
    for suffix in OtherImages.extensions { try folder.write([], to: "z/a" + suffix.uppercased()) }
    #expect(
      try findImages([folder.file("z")]).others.map(\.count) == [OtherImages.extensions.count])
  }

  @Test func `a list has one path per line, or paths terminated by zero bytes`() throws {
    let long = String(repeating: "n", count: 4096)
    let folder = try Folder([
      "lines": Array("a\nb c\n\n\(long)\nd".utf8), "zeros": Array("a\nb\0c\0".utf8),
      "latin": [0x61, 10, 0xE9, 10], "longer": Array("a\n\(long)n".utf8), "empty": [],
    ])
    #expect(try readPaths(folder.file("lines"), nullTerminated: false) == ["a", "b c", long, "d"])
    #expect(try readPaths(folder.file("zeros"), nullTerminated: true) == ["a\nb", "c"])
    let error = fileError { _ = try readPaths(folder.file("empty"), nullTerminated: false) }
    #expect(error?.kind == .invalid && error?.message == "contains no paths")
    for (name, fragment) in [
      ("zeros", "path 2 contains a zero byte; use -0"), ("latin", "path 2 is not valid UTF-8"),
      ("longer", "path 2 is longer than 4096 bytes"),
    ] {
      let error = fileError { _ = try readPaths(folder.file(name), nullTerminated: false) }
      #expect(error?.kind == .invalid && error?.message.contains(fragment) == true)
    }
  }
}
