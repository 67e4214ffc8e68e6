import Foundation
import TensorIO
import TestSupport
import Testing

@testable import ImageFormat

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
    let others = [".h.png", ".hidden/x.png", "a/.h.png", "x.gif", "png", "a/list.txt"]
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

  @Test func `files of both formats are found by extension, and recognized by content`() throws {
    let png = HandmadePNG(width: 1, height: 1, samples: [0]).bytes
    let names = [
      "a.JPG", "b.jpeg", "c.Jpe", "d.jfif", "e.png", "f.gif", "g.tiff", "h.webp", "i.bmp",
    ]
    let folder = try Folder(Dictionary(uniqueKeysWithValues: names.map { ($0, png) }))
    for name in ["k.png", "l.jpg"] { try folder.write(Array("GIF89a".utf8), to: name) }
    for name in ["m", "n.txt", "jpg", "o.jpg.txt"] { try folder.write(png, to: name) }
    let found = try findImages([folder.path])
    #expect(folder.names(found.files) == names)
    #expect(found.others.map(\.description) == ["2 images are not PNG or JPEG: 2 GIF (k.png, …)"])
  }

  @Test func `a name may be any bytes, and special files are left out`() throws {
    let folder = try Folder(["a.png": [], "c.png": []])
    let name = Array(folder.path.utf8CString.dropLast()) + [0x2F, CChar(bitPattern: 0xFF)]
    close(open(name + Array(".png".utf8CString), O_CREAT, 0o600))
    mkdir(folder.file("z.png"), 0o700)
    mkfifo(folder.file("fifo.png"), 0o600)
    let files = try findImages([folder.path]).files
    #expect(files.map(\.path.pathBytes.last) == Array(repeating: UInt8(ascii: "g"), count: 3))
    #expect(folder.names(files) == ["a.png", "c.png", String(pathBytes: [0xFF]) + ".png"])
    #expect(files.allSatisfy { $0.error == nil && $0.labelDirectory == nil })
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
    func box(_ brand: String) -> [UInt8] { [0, 0, 0, 24] + Array("ftyp\(brand)".utf8) }
    let folder = try Folder([
      "x/b.jpg": Array("BM".utf8) + [16, 0, 0, 0, 0, 0, 0, 0], "x/d/a.JPeG": Array("GIF87a".utf8),
      "x/a.png": [],
      "x/.h.gif": [],
      "x/.h/a.gif": [], "x/list.txt": [], "x/avif": [], "y/a.heic": [], "z/a.png": [],
    ])
    mkdir(folder.file("x/folder.gif"), 0o700)
    let names = ["x/", "y", "z", "x/b.jpg"].map(folder.file)
    let found = try findImages(names)
    #expect(folder.names(found.files) == ["x/a.png", "z/a.png", "x/b.jpg"])
    #expect(found.others.map(\.directory) == [folder.file("x/"), folder.file("y")])
    #expect(
      found.others.map(\.description) == [
        "2 images are not PNG or JPEG: 1 BMP, 1 GIF (b.jpg, …)",
        "1 image is not PNG or JPEG: 1 of unknown format (a.heic)",
      ])
    let heads: [(String, [UInt8])] = [
      ("AVIF", box("avif")), ("BMP", Array("BM".utf8) + [16, 0, 0, 0, 0, 0, 0, 0]),
      ("GIF", Array("GIF89a".utf8)),
      ("HEIC", box("heic")), ("HEIC", box("mif1")), ("TIFF", [0x49, 0x49, 0x2A, 0]),
      ("TIFF", [0x4D, 0x4D, 0, 0x2A]), ("WebP", Array("RIFF....WEBP".utf8)),
    ]
    for (index, (_, head)) in heads.enumerated() { try folder.write(head, to: "z/\(index).jpg") }
    #expect(
      try findImages([folder.file("z")]).others.map(\.description) == [
        "8 images are not PNG or JPEG: 1 AVIF, 1 BMP, 1 GIF, 2 HEIC, 2 TIFF, 1 WebP (0.jpg, …)"
      ])
  }

  @Test func `a list has one path per line, or paths terminated by zero bytes`() throws {
    let long = String(repeating: "n", count: 4096)
    let folder = try Folder([
      "lines": Array("a\nb c\n\n\(long)\nd".utf8), "zeros": Array("a\nb\0c\0".utf8),
      "latin": [0x61, 10, 0xE9, 10], "windows": [0xEF, 0xBB, 0xBF] + Array("a\r\nb\r\n".utf8),
      "longer": Array("a\n\(long)n".utf8), "empty": [],
    ])
    #expect(try readPaths(folder.file("lines"), nullTerminated: false) == ["a", "b c", long, "d"])
    #expect(try readPaths(folder.file("zeros"), nullTerminated: true) == ["a\nb", "c"])
    #expect(try readPaths(folder.file("windows"), nullTerminated: false) == ["a", "b"])
    let latin = try readPaths(folder.file("latin"), nullTerminated: false)
    #expect(latin.map(\.pathBytes) == [[0x61], [0xE9]])
    let error = fileError { _ = try readPaths(folder.file("empty"), nullTerminated: false) }
    #expect(error?.kind == .invalid && error?.message == "contains no paths")
    for (name, fragment) in [
      ("zeros", "path 2 contains a zero byte; use -0"),
      ("longer", "path 2 is longer than 4096 bytes"),
    ] {
      let error = fileError { _ = try readPaths(folder.file(name), nullTerminated: false) }
      #expect(error?.kind == .invalid && error?.message.contains(fragment) == true)
    }
  }

  @Test func `a list of classes has one name per line`() throws {
    let folder = try Folder()
    func classes(_ text: String) throws -> [String] {
      try readClasses(folder.write(Array(text.utf8), to: "list"))
    }
    #expect(try classes("cat\nhot dog\né\n") == ["cat", "hot dog", "é"])
    #expect(try classes("\u{FEFF}cat\r\ndog\r\n\r\n") == ["cat", "dog"])
    let long = String(repeating: "n", count: 255)
    #expect(try classes("a\n" + long) == ["a", long])
    for (text, message) in [
      ("", "contains no classes"), ("\n\n", "contains no classes"),
      ("a\n\nb\n", "class 2 is an empty line"),
      ("a\nb\na\n", "class 3 has the name of class 1: \"a\""),
      ("a\n\(long)n\n", "class 2 is longer than 255 bytes"),
      ("a\0b", "class 1 contains a zero byte"),
    ] {
      let error = fileError { _ = try classes(text) }
      #expect(error?.kind == .invalid && error?.message == message, "\(text)")
    }
    let error = fileError { _ = try readClasses(folder.write([0x61, 10, 0xE9], to: "list")) }
    #expect(error?.message == "class 2 is not valid UTF-8")
  }
}
