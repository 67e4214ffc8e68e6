import TensorIO
import TestSupport
import Testing

@testable import ImageFormat

@Suite struct ImageConversionTests {
  static func gray(_ width: Int, _ height: Int, _ first: Int) -> [UInt8] {
    HandmadePNG(
      width: width, height: height, samples: (0..<width * height).map { ($0 + first) % 256 }
    ).bytes
  }

  static func red(_ width: Int, _ height: Int) -> [UInt8] {
    HandmadePNG(
      width: width, height: height, colorType: 2,
      samples: (0..<width * height).flatMap { _ in [255, 0, 0] }
    ).bytes
  }

  struct Outcome {
    let file: TensorFile
    let count: Int
    let skipped: [String]
    let summary: ImageConversion.Summary
  }

  static func convert(
    _ folder: Folder, _ change: (inout ImageConversion) -> Void = { _ in }
  ) throws -> Outcome {
    var conversion = ImageConversion()
    change(&conversion)
    var skipped: [String] = []
    let output = folder.file("out")
    let found = try findImages([folder.path])
    let summary = try conversion.run(found.files, folders: found.folders, to: OutputFile(output)) {
      if let error = $0 { skipped.append(error.message) }
    }
    return Outcome(
      file: try TensorFile(output), count: summary.count, skipped: skipped, summary: summary)
  }

  @Test func `the first image determines the size`() throws {
    let folder = try Folder([
      "a.png": [1, 2, 3], "b.png": Self.gray(3, 2, 0), "e.png": Self.gray(3, 2, 50),
    ])
    let outcome = try Self.convert(folder)
    #expect(outcome.count == 2)
    #expect(outcome.skipped == ["is not a PNG or JPEG file"])
    #expect(outcome.file.header.entries == [TensorEntry("images", .u8, [2, 1, 2, 3])])
    #expect(outcome.file.header.metadata["range"] == "0,255")
    #expect(outcome.file.numbers(of: "images") == Array(UInt8(0)..<6) + Array(50..<56))
    #expect(outcome.file.header.crc32 != nil)
  }

  @Test func `an image whose size differs from the first one is an error`() throws {
    let folder = try Folder([
      "a.png": Self.gray(3, 2, 0), "b.png": Self.gray(2, 3, 9), "c.png": Self.gray(3, 2, 0),
    ])
    let error = fileError { _ = try Self.convert(folder) }
    #expect(error?.kind == .usage && error?.path == folder.file("b.png"))
    #expect(
      error?.message
        == "size differs from that of the first image (expected 2×3, found 3×2, height × width); "
        + "use --size to resize all images")
  }

  @Test func `if one image has colors, all have three channels`() throws {
    let folder = try Folder([
      "a.png": Self.gray(1, 1, 7), "b.png": [0], "c.png": Self.red(1, 1),
    ])
    #expect(try Self.convert(folder).file.numbers(of: "images") == [7, 7, 7, 255, 0, 0] as [UInt8])
    let gray = try Self.convert(folder) { $0.channels = 1 }
    #expect(gray.file.numbers(of: "images") == [7, 76] as [UInt8])
  }

  @Test func `gray and color images are converted to the requested channels`() throws {
    let folder = try Folder(["a.png": Self.red(1, 1), "b.png": Self.gray(1, 1, 7)])
    #expect(try Self.convert(folder).file.numbers(of: "images") == [255, 0, 0, 7, 7, 7] as [UInt8])
    let gray = try Self.convert(folder) { $0.channels = 1 }
    #expect(gray.file.numbers(of: "images") == [76, 7] as [UInt8])
    let wide = try Self.convert(folder) { ($0.channels, $0.size) = (1, (1, 2)) }
    #expect(wide.file.numbers(of: "images") == [76, 76, 7, 7] as [UInt8])
  }

  @Test func `16 bits with alpha are rounded to 8 bits once`() throws {
    let png = PNGDecodingTests.random(
      .init(colorType: 4, depth: 16, isInterlaced: false, isTransparent: false), 64, 32, seed: 5)
    let folder = try Folder(["a.png": png.bytes])
    let exact = PNGDecodingTests.colors(png).map {
      ($0[0] * $0[3] + 257 * 100 * (65535 - $0[3])) / 65535 / 257
    }
    // Intermediate values are rounded to 16 bits, 1/257 of an 8-bit step.
    let tolerance = 0.5 + 0.5 / 257 + 1e-9
    for scale in [1, 2] {
      let levels: [UInt8] = try #require(
        Self.convert(folder) {
          ($0.size, $0.background) = ((32 / scale, 64 / scale), Color(gray: 100))
        }.file.numbers(of: "images"))
      for (index, level) in levels.enumerated() {
        let (y, x) = (index / (64 / scale) * scale, index % (64 / scale) * scale)
        var sum = 0.0
        for row in 0..<scale {
          for column in 0..<scale { sum += exact[(y + row) * 64 + x + column] }
        }
        #expect(abs(Double(level) - sum / Double(scale * scale)) <= tolerance)
      }
    }
  }

  @Test func `directories become labels, and their names metadata`() throws {
    let folder = try Folder([
      "dog/1.png": Self.gray(1, 1, 1), "cat/z/2.png": Self.gray(1, 1, 2),
      "cat/3.png": Self.gray(1, 1, 3), "ant/4.png": [0], "5.png": Self.gray(1, 1, 5),
    ])
    let outcome = try Self.convert(folder) { $0.labelsFromDirectories = true }
    #expect(outcome.file.numbers(of: "images") == [3, 2, 1] as [UInt8])
    #expect(outcome.file.numbers(of: "labels") == [1, 1, 2] as [UInt8])
    #expect(outcome.file.header["labels"]?.type == .u8)
    let metadata = outcome.file.header.metadata
    #expect((0..<4).map { metadata["label.\($0)"] } == ["ant", "cat", "dog", nil])
    #expect(outcome.skipped.count == 2)
    #expect(outcome.skipped.first == "is not in a directory that can be its label")
  }

  @Test func `a list of classes determines the numbers, and classes without images are reported`()
    throws
  {
    let folder = try Folder([
      "dog/1.png": Self.gray(1, 1, 1), "cat/2.png": Self.gray(1, 1, 2), "ant/3.png": [0],
      "bee/notes.txt": [1],
    ])
    let free = try Self.convert(folder) { $0.labelsFromDirectories = true }
    #expect(free.file.numbers(of: "labels") == [1, 2] as [UInt8])
    #expect(free.summary.emptyClasses == ["ant", "bee"])
    let fixed = try Self.convert(folder) {
      ($0.labelsFromDirectories, $0.classes) = (true, ["dog", "eel", "ant", "cat"])
    }
    #expect(fixed.file.numbers(of: "labels") == [3, 0] as [UInt8])
    #expect(
      (0..<5).map { fixed.file.header.metadata["label.\($0)"] } == [
        "dog", "eel", "ant", "cat", nil,
      ])
    #expect(fixed.summary.emptyClasses == ["eel", "ant"])
    let error = fileError {
      _ = try Self.convert(folder) {
        ($0.labelsFromDirectories, $0.classes) = (true, ["dog", "ant"])
      }
    }
    #expect(error?.kind == .invalid && error?.path == folder.file("cat/2.png"))
    #expect(error?.message.hasPrefix("its folder \"cat\" is not in the list of classes") == true)
  }

  @Test func `16-bit images that use under a tenth of their values are counted`() throws {
    func png(_ samples: [Int], depth: Int = 16) -> [UInt8] {
      HandmadePNG(width: samples.count, height: 1, depth: depth, samples: samples).bytes
    }
    let folder = try Folder([
      "a.png": png([300, 6852]), "b.png": png([10, 6563]), "c.png": png([200, 4000]),
      "d.png": png([0, 5], depth: 8), "e.png": Self.gray(2, 1, 0),
    ])
    let narrow = try Self.convert(folder).summary.narrow
    #expect(narrow.count == 2 && narrow.total == 3 && narrow.values == 200...6852)
    // Transparent pixels do not count.
    let png = HandmadePNG(
      width: 3, height: 1, depth: 16, colorType: 4, samples: [9, 1, 65000, 0, 4, 65535])
    let transparent = try Self.convert(Folder(["a.png": png.bytes])).summary.narrow
    #expect(transparent.count == 1 && transparent.values == 4...9)
  }

  @Test func `--range maps stored values before anything else`() throws {
    let deep = HandmadePNG(
      width: 6, height: 1, depth: 16, samples: [0, 1000, 2000, 3000, 1004, 1003])
    let shallow = HandmadePNG(width: 6, height: 1, samples: [0, 100, 150, 200, 255, 101])
    func levels(_ png: HandmadePNG, _ range: String) throws -> [UInt8] {
      let folder = try Folder(["a.png": png.bytes])
      let outcome = try Self.convert(folder) { $0.range = SampleRange(range) }
      return try #require(outcome.file.numbers(of: "images"))
    }
    // 1003 and 1004 are 0.38 and 0.51.
    #expect(try levels(deep, "1000,3000") == [0, 0, 128, 255, 1, 0])
    #expect(try levels(shallow, "100,200") == [0, 0, 128, 255, 255, 3])
    #expect(try levels(deep, "0,65535") == [0, 4, 8, 12, 4, 4])
    for (bits, values) in [(1, [0, 1]), (2, [0, 1, 2, 3]), (4, Array(0...15))] {
      let png = HandmadePNG(width: values.count, height: 1, depth: bits, samples: values)
      #expect(
        try levels(png, "0,1") == values.map { $0 == 0 ? 0 : 255 }, "\(bits) bits")
    }
    for text in [
      "", "5", "5,5", "6,5", "0,65536", "-1,5", "1,2,3", "a,b", "0x1,5", "1.5,3", ",5", "1:3",
    ] {
      #expect(SampleRange(text) == nil, "\(text)")
    }
  }

  @Test(arguments: [256, 257]) func `more than 256 labels are I64`(count: Int) throws {
    let names = (0..<count).map { "\(1000 + $0)/x.png" }
    let folder = try Folder(
      Dictionary(uniqueKeysWithValues: names.map { ($0, Self.gray(1, 1, 0)) }))
    let file = try Self.convert(folder) { $0.labelsFromDirectories = true }.file
    if count == 256 {
      #expect(file.numbers(of: "labels") == Array(0...255) as [UInt8])
    } else {
      #expect(file.numbers(of: "labels") == Array(0...256) as [Int64])
      #expect(file.header["padding.0"]?.byteCount == 7)
    }
  }

  @Test func `the first invalid file ends a strict conversion without output`() throws {
    let folder = try Folder(["a.png": Self.gray(1, 1, 1), "b.png": [], "c.png": [1]])
    let error = fileError { _ = try Self.convert(folder) { $0.isStrict = true } }
    #expect(error?.kind == .invalid && error?.path == folder.file("b.png"))
    #expect(throws: FileError.self) { try TensorFile(folder.file("out")) }
  }

  @Test func `no valid image is an error`() throws {
    let bad = try Folder(["a.png": [1], "b.png": []])
    let error = fileError { _ = try Self.convert(bad) }
    #expect(error?.kind == .invalid && error?.path == bad.file("out"))
    #expect(error?.message == "there are no images to write: none of 2 files is usable")
    let lost = try findImages([bad.file("x"), bad.file("y")], keepMissing: true).files
    let missing = fileError { _ = try ImageConversion().run(lost, to: OutputFile(bad.file("out"))) }
    #expect(missing?.kind == .missing && missing?.message == error?.message)
    let single = try Folder(["a.png": [1]])
    #expect(fileError { _ = try Self.convert(single) }?.message == "is not a PNG or JPEG file")
  }
}
