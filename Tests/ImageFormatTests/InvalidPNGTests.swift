// Files that are not PNG, or are truncated or invalid: an error with the reason, and nothing worse.
import TensorIO
import TestSupport
import Testing

@testable import ImageFormat

@Suite struct InvalidPNGTests {
  static func decode(_ file: [UInt8]) throws -> Bitmap {
    try decodeImage(file, channels: 3, over: .black, path: "x.png").bitmap
  }

  static let png = HandmadePNG(
    width: 5, height: 3, depth: 4, colorType: 3, isInterlaced: true,
    palette: (0..<48).map { UInt8($0 * 5) }, transparency: [0, 99],
    samples: (0..<15).map { $0 % 16 })

  /// The valid file with chunks that do not change its samples.
  static let decorated: [UInt8] = {
    var chunks = png.chunks
    chunks.insert(("gAMA", bigEndian(45_455)), at: 1)
    chunks.insert(("tEXt", Array("Title".utf8)), at: chunks.count - 1)
    return HandmadePNG.file(chunks)
  }()

  @Test func `any change of any single byte is detected`() throws {
    let file = Self.decorated
    _ = try Self.decode(file)
    var accepted: [String] = []
    for offset in file.indices {
      var changed = file
      for change in UInt8(1)...255 {
        changed[offset] = file[offset] ^ change
        let error = fileError { _ = try Self.decode(changed) }
        if error?.kind != .invalid { accepted.append("byte \(offset) as \(changed[offset])") }
      }
    }
    #expect(accepted.isEmpty)
  }

  @Test func `a file truncated anywhere is detected`() {
    let file = Self.decorated
    for count in 0..<file.count {
      let error = fileError { _ = try Self.decode(Array(file[..<count])) }
      let message = count == 0 ? "is empty" : "is truncated after \(count) bytes"
      #expect(error?.kind == .invalid && error?.message == message)
    }
  }

  /// Changes with valid checksums give an error, or an image of the declared size.
  @Test(arguments: UInt64(0)..<40)
  func `chunks with invalid content and valid checksums are handled`(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    let kind = PNGDecodingTests.kinds[Int(seed) % PNGDecodingTests.kinds.count]
    let png = PNGDecodingTests.random(kind, 9, 6, seed: seed)
    var errors = 0
    for _ in 0..<500 {
      var chunks = png.chunks
      for _ in 0...Int.random(in: 0...2, using: &random) {
        let index = Int.random(in: 0..<chunks.count, using: &random)
        switch Int.random(in: 0...9, using: &random) {
        case 0: chunks.remove(at: index)
        case 1: chunks.insert(chunks[index], at: Int.random(in: 0...index, using: &random))
        case 2: chunks[index].content.append(.random(in: 0...255, using: &random))
        case 3: _ = chunks[index].content.popLast()
        default:
          guard let offset = chunks[index].content.indices.randomElement(using: &random) else {
            break
          }
          chunks[index].content[offset] ^= 1 << Int.random(in: 0...7, using: &random)
        }
        if chunks.isEmpty { break }
      }
      let error = fileError {
        let bitmap = try Self.decode(HandmadePNG.file(chunks))
        #expect(bitmap.pixels.count == bitmap.width * bitmap.height * 3)
      }
      if let error {
        #expect(error.kind == .invalid && error.description.utf8.count < 300)
        errors += 1
      }
    }
    #expect(errors > 100)
  }

  /// The valid file with a changed header, palette or transparency; the rows are unchanged.
  static func changed(_ change: (inout HandmadePNG) -> Void) throws -> [UInt8] {
    var png = Self.png
    var chunks = png.chunks
    change(&png)
    chunks[0].content = png.header
    for (type, content) in [("PLTE", png.palette), ("tRNS", png.transparency)] {
      let index = try #require(chunks.firstIndex { $0.type == type })
      chunks[index].content = content ?? []
      if content == nil { chunks.remove(at: index) }
    }
    return HandmadePNG.file(chunks)
  }

  @Test(arguments: [
    (-1, -1, "is too large: 4294967295×4294967295 (width"),
    (0, 3, "has an invalid size: 0×3 (width"),
    (5, 0, "has an invalid size: 5×0 (width"), (65536, 3, "is too large: 65536×3 (width"),
    (65535, 1025, "is too large: 65535×1025 (width"),
    (8192, 8192, "declares 8192×8192 pixels, more than its "),
  ])
  func `an impossible size is an error`(width: Int, height: Int, prefix: String) throws {
    let file = try Self.changed { ($0.width, $0.height) = (width, height) }
    let error = fileError { _ = try Self.decode(file) }
    #expect(error?.kind == .invalid && error?.message.hasPrefix(prefix) == true)
  }

  @Test func `an image with the best possible compression is accepted`() throws {
    let png = HandmadePNG(
      width: 2048, height: 2048, depth: 1, samples: Array(repeating: 0, count: 1 << 22))
    let rows = [UInt8](repeating: 0, count: 2048 * 257)
    let file = HandmadePNG.file([("IHDR", png.header), ("IDAT", zlib(rows)), ("IEND", [])])
    #expect(file.count < rows.count / 800)
    #expect(try Self.decode(file).pixels.allSatisfy { $0 == 0 })
  }

  /// Changes that make libpng report an error.
  static let contents: [(name: String, change: @Sendable (inout HandmadePNG) -> Void)] = [
    ("color type 5", { $0.colorType = 5 }),
    ("color type 2 with 4 bits", { $0.colorType = 2 }),
    ("a palette with 16 bits", { $0.depth = 16 }),
    ("3 bits", { $0.depth = 3 }),
    ("no palette", { ($0.palette, $0.transparency) = (nil, nil) }),
    ("an empty palette", { $0.palette = [] }),
    ("a palette of 47 bytes", { $0.palette?.removeLast() }),
    ("a palette index out of range", { $0.palette?.removeLast(6) }),
    ("transparency of 0 bytes", { $0.transparency = [] }),
    ("transparency of 17 entries", { $0.transparency = Array(repeating: 0, count: 17) }),
  ]

  typealias Chunks = [(type: String, content: [UInt8])]
  static let orders: [(name: String, change: @Sendable (inout Chunks) -> Void)] = [
    ("two headers", { $0.insert($0[0], at: 1) }),
    ("no image data", { $0.removeAll { $0.type == "IDAT" } }),
    ("a chunk between the data", { $0.insert(("tEXt", []), at: 4) }),
    ("data before the palette", { $0.swapAt(1, 5) }),
    ("an unknown critical chunk", { $0.insert(("CgBI", [1]), at: 1) }),
    ("an unknown critical chunk at the end", { $0.insert(("CgBI", [1]), at: $0.count - 1) }),
    ("an invalid chunk type", { $0.insert(("a b ", [1]), at: 1) }),
    ("an unknown compression method", { $0[3].content[0] = 0 }),
    ("data without its last byte", { $0[5].content.removeLast() }),
    ("a byte after the data", { $0[5].content.append(0) }),
    ("a missing pixel", { $0 = replacing($0, png.rows.dropLast()) }),
    ("an extra pixel", { $0 = replacing($0, png.rows + [0]) }),
    ("filter 5", { $0 = replacing($0, [5] + png.rows.dropFirst()) }),
    ("a wrong checksum of the data", { $0[5].content[$0[5].content.count - 1] ^= 1 }),
    ("bytes in the end", { $0[6].content.append(0) }),
  ]

  static func replacing(_ chunks: Chunks, _ rows: [UInt8]) -> Chunks {
    chunks.filter { $0.type != "IDAT" && $0.type != "IEND" } + [("IDAT", zlib(rows)), ("IEND", [])]
  }

  @Test func `an invalid file is an error with libpng's message`() throws {
    let files =
      try Self.contents.map { ($0.name, try Self.changed($0.change)) }
      + Self.orders.map { name, change in
        var chunks = Self.png.chunks
        change(&chunks)
        return (name, HandmadePNG.file(chunks))
      }
    for (name, file) in files {
      let error = fileError { _ = try Self.decode(file) }
      let message = error?.message ?? "accepted"
      #expect(
        error?.kind == .invalid
          && message.wholeMatch(of: /cannot be decoded: [ -~]{5,80}/) != nil,
        "\(name): \(message)")
    }
  }

  @Test func `extra data is an error, or changes no pixel`() throws {
    let valid = try Self.decode(Self.png.bytes)
    var chunks = Self.png.chunks
    chunks.insert(("IDAT", [1]), at: chunks.count - 1)
    let files = [HandmadePNG.file(chunks), try Self.changed { $0.palette? += [1, 2, 3] }]
    for file in files {
      if let bitmap = try? Self.decode(file) { #expect(bitmap == valid) }
    }
  }

  @Test func `the error for a file of another format names it`() {
    let files: [(String, [UInt8])] = [
      ("is empty", []),
      ("is a GIF file, not a PNG or JPEG file; convert it to PNG", Array("GIF89a".utf8)),
      ("is not a PNG or JPEG file", [0x89, 0x50, 0x4E, 0x48]),
      ("is truncated after 4 bytes", [0x89, 0x50, 0x4E, 0x47]),
      (
        "first chunk is not a header (IHDR)",
        HandmadePNG.file(Array(Self.png.chunks.dropFirst()))
      ),
    ]
    for (message, file) in files {
      #expect(fileError { _ = try Self.decode(file) }?.message == message)
    }
  }
}
