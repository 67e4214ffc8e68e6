import Foundation
import TensorIO
import TestSupport
import Testing

@testable import PNGFormat

extension Folder {
  /// The paths without that of this folder.
  fileprivate func names(_ files: [ImageFile]) -> [String] {
    files.map { String($0.path.dropFirst(path.count + 1)) }
  }
}

@Suite struct ImageFilesTests {
  @Test func `a folder's files come in the order of their bytes, whatever is hidden left out`()
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
    #expect(files.map(\.folder) == [nil, "a-b", nil, "a", "a", "a", nil, nil])
    #expect(try folder.names(findImages([folder.path + "/"]).files) == folder.names(files))
  }

  @Test func `names stay in the order given, and may be files of any name`() throws {
    let folder = try Folder(["x/b.png": [], "x/a.png": [], "c.jpg": []])
    let files = try findImages([
      folder.file("c.jpg"), "-", folder.file("x"), folder.file("x/b.png"),
    ]).files
    #expect(files[1].path == "-")
    #expect(
      folder.names(files.filter { $0.path != "-" }) == ["c.jpg", "x/a.png", "x/b.png", "x/b.png"])
    let last = folder.path.split(separator: "/").last.map(String.init)
    #expect(files.map(\.folder) == [last, nil, nil, nil, "x"])
  }

  @Test func `symbolic links are followed, and loops of them end`() throws {
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
    #expect(files.map { $0.refusal?.message } == [nil, nil, "no such file", nil])
  }

  @Test func `what cannot be used is refused at its place`() throws {
    let folder = try Folder(["a.png": [], "c.png": [], "b/x.png": []])
    let name = Array(folder.path.utf8CString.dropLast()) + [0x2F, CChar(bitPattern: 0xFF)]
    close(open(name + Array(".png".utf8CString), O_CREAT, 0o600))
    mkdir(folder.file("z.png"), 0o700)
    mkfifo(folder.file("fifo.png"), 0o600)
    chmod(folder.file("b"), 0)
    defer { chmod(folder.file("b"), 0o700) }
    let files = try findImages([folder.path]).files
    let refused = files.filter { $0.refusal != nil }
    #expect(refused.last?.refusal?.message == "has a name that is not UTF-8")
    if getuid() != 0 {
      #expect(folder.names(refused).first == "b")
      #expect(refused.first?.refusal?.message == "permission denied")
    }
    #expect(
      folder.names(files.filter { $0.refusal == nil && $0.folder == nil }) == ["a.png", "c.png"])
  }

  @Test func `a name of nothing is missing`() throws {
    let folder = try Folder()
    let error = fileError { _ = try findImages([folder.path, folder.file("x")]) }
    #expect(error?.kind == .missing && error?.message == "no such file")
    #expect(try findImages([folder.path]).files.isEmpty)
  }

  @Test func `a name of nothing in a list is a file that is refused, at its place`() throws {
    let folder = try Folder(["a.png": [], "d/b.png": []])
    let names = ["a.png", "d/lost.png", "d", "lost\r"].map(folder.file)
    let files = try findImages(names, refusingMissing: true).files
    #expect(folder.names(files) == ["a.png", "d/lost.png", "d/b.png", "lost\r"])
    #expect(files.map { $0.refusal?.kind } == [nil, .missing, nil, .missing])
    #expect(files[1].folder == "d")
    #expect(files[3].refusal?.description == folder.file("lost") + "\\u{d}: no such file")
  }

  @Test func `pictures of another format are counted, folder by folder`() throws {
    let folder = try Folder([
      "x/b.jpg": [], "x/d/a.JPeG": [], "x/a.png": [], "x/.h.gif": [], "x/.h/a.gif": [],
      "x/list.txt": [], "x/avif": [], "y/a.heic": [], "z/a.png": [],
    ])
    mkdir(folder.file("x/folder.gif"), 0o700)
    let names = ["x/", "y", "z", "x/b.jpg"].map(folder.file)
    let (files, others) = try findImages(names)
    #expect(folder.names(files) == ["x/a.png", "z/a.png", "x/b.jpg"])
    #expect(others.map(\.folder) == [folder.file("x/"), folder.file("y")])
    #expect(
      others.map(\.description) == [
        "2 pictures are not PNG (b.jpg, …)", "1 picture is not PNG (a.heic)",
      ])
    for ending in OtherPictures.endings { try folder.write([], to: "z/a" + ending.uppercased()) }
    #expect(try findImages([folder.file("z")]).others.map(\.count) == [OtherPictures.endings.count])
  }

  @Test func `lists hold a name a line, or as many zero bytes`() throws {
    let long = String(repeating: "n", count: 4096)
    let folder = try Folder([
      "lines": Array("a\nb c\n\n\(long)\nd".utf8), "zeros": Array("a\nb\0c\0".utf8),
      "latin": [0x61, 10, 0xE9, 10], "longer": Array("a\n\(long)n".utf8), "empty": [],
    ])
    #expect(try readNames(folder.file("lines"), endedByNull: false) == ["a", "b c", long, "d"])
    #expect(try readNames(folder.file("zeros"), endedByNull: true) == ["a\nb", "c"])
    let error = fileError { _ = try readNames(folder.file("empty"), endedByNull: false) }
    #expect(error?.kind == .invalid && error?.message == "names no file")
    for (name, words) in [
      ("zeros", "name 2 is no name: zero bytes; -0"), ("latin", "name 2 is no name: not UTF-8"),
      ("longer", "name 2 is longer than 4096 bytes"),
    ] {
      let error = fileError { _ = try readNames(folder.file(name), endedByNull: false) }
      #expect(error?.kind == .invalid && error?.message.contains(words) == true)
    }
  }
}
