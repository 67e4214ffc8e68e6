// Files that are not PNG, not whole, or not honest: refused in words, never more than that.
import TensorIO
import TestSupport
import Testing

@testable import PNGFormat

@Suite struct PNGRefusalTests {
  static func decode(_ file: [UInt8]) throws -> Bitmap {
    try decodePNG(file, isGray: false, over: .black, path: "x.png")
  }

  static let png = HandmadePNG(
    width: 5, height: 3, depth: 4, colorType: 3, isInterlaced: true,
    palette: (0..<48).map { UInt8($0 * 5) }, transparency: [0, 99],
    samples: (0..<15).map { $0 % 16 })

  /// The good file with chunks that do not change its samples.
  static let decorated: [UInt8] = {
    var chunks = png.chunks
    chunks.insert(("gAMA", bigEndian(45_455)), at: 1)
    chunks.insert(("tEXt", Array("Title".utf8)), at: chunks.count - 1)
    return HandmadePNG.file(chunks)
  }()

  @Test func `one changed byte anywhere, to any other value, is noticed`() throws {
    let file = Self.decorated
    _ = try Self.decode(file)
    var accepted: [String] = []
    for place in file.indices {
      var changed = file
      for change in UInt8(1)...255 {
        changed[place] = file[place] ^ change
        let error = fileError { _ = try Self.decode(changed) }
        if error?.kind != .invalid { accepted.append("byte \(place) as \(changed[place])") }
      }
    }
    #expect(accepted.isEmpty)
  }

  @Test func `a file cut anywhere is noticed`() {
    let file = Self.decorated
    for count in 0..<file.count {
      let error = fileError { _ = try Self.decode(Array(file[..<count])) }
      let words = count == 0 ? "is empty" : "cut short after \(count) bytes"
      #expect(error?.kind == .invalid && error?.message == words)
    }
  }

  /// Damage that no checksum tells: refused, or a picture of the size that the file says.
  @Test(arguments: UInt64(0)..<40)
  func `chunks of wrong content with right checksums do no harm`(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    let kind = PNGDecodingTests.kinds[Int(seed) % PNGDecodingTests.kinds.count]
    let png = PNGDecodingTests.random(kind, 9, 6, seed: seed)
    var refused = 0
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
          guard let place = chunks[index].content.indices.randomElement(using: &random) else {
            break
          }
          chunks[index].content[place] ^= 1 << Int.random(in: 0...7, using: &random)
        }
        if chunks.isEmpty { break }
      }
      let error = fileError {
        let bitmap = try Self.decode(HandmadePNG.file(chunks))
        #expect(bitmap.pixels.count == bitmap.width * bitmap.height * 3)
      }
      if let error {
        #expect(error.kind == .invalid && error.description.utf8.count < 300)
        refused += 1
      }
    }
    #expect(refused > 100)
  }

  /// The good file with another header or other chunks of its colours; the rows stay as they are.
  static func changed(_ change: (inout HandmadePNG) -> Void) throws -> [UInt8] {
    var png = Self.png
    var chunks = png.chunks
    change(&png)
    chunks[0].content = png.header
    for (type, content) in [("PLTE", png.palette), ("tRNS", png.transparency)] {
      let place = try #require(chunks.firstIndex { $0.type == type })
      chunks[place].content = content ?? []
      if content == nil { chunks.remove(at: place) }
    }
    return HandmadePNG.file(chunks)
  }

  @Test(arguments: [
    (-1, -1, "is too large: 4294967295×4294967295 pixels"), (0, 3, "is of 0×3 pixels"),
    (5, 0, "is of 5×0 pixels"), (65536, 3, "is too large: 65536×3 pixels"),
    (65535, 1025, "is too large: 65535×1025 pixels"),
    (8192, 8192, "announces 8192×8192 pixels, more than its "),
  ])
  func `a size that cannot be is said`(width: Int, height: Int, words: String) throws {
    let file = try Self.changed { ($0.width, $0.height) = (width, height) }
    let error = fileError { _ = try Self.decode(file) }
    #expect(error?.kind == .invalid && error?.message.hasPrefix(words) == true)
  }

  @Test func `a picture as large as deflate can make it is not refused for its size`() throws {
    let png = HandmadePNG(
      width: 2048, height: 2048, depth: 1, samples: Array(repeating: 0, count: 1 << 22))
    let rows = [UInt8](repeating: 0, count: 2048 * 257)
    let file = HandmadePNG.file([("IHDR", png.header), ("IDAT", zlib(rows)), ("IEND", [])])
    #expect(file.count < rows.count / 800)
    #expect(try Self.decode(file).pixels.allSatisfy { $0 == 0 })
  }

  /// What is wrong with a file; the words are libpng's.
  static let contents: [(what: String, change: @Sendable (inout HandmadePNG) -> Void)] = [
    ("color type 5", { $0.colorType = 5 }),
    ("color type 2 with 4 bits", { $0.colorType = 2 }),
    ("a palette with 16 bits", { $0.depth = 16 }),
    ("3 bits", { $0.depth = 3 }),
    ("no palette", { ($0.palette, $0.transparency) = (nil, nil) }),
    ("an empty palette", { $0.palette = [] }),
    ("a palette of 47 bytes", { $0.palette?.removeLast() }),
    ("a color that the palette does not have", { $0.palette?.removeLast(6) }),
    ("transparency of 0 bytes", { $0.transparency = [] }),
    ("transparency of 17 entries", { $0.transparency = Array(repeating: 0, count: 17) }),
  ]

  typealias Chunks = [(type: String, content: [UInt8])]
  static let orders: [(what: String, change: @Sendable (inout Chunks) -> Void)] = [
    ("two headers", { $0.insert($0[0], at: 1) }),
    ("no image data", { $0.removeAll { $0.type == "IDAT" } }),
    ("a chunk between the data", { $0.insert(("tEXt", []), at: 4) }),
    ("data before the palette", { $0.swapAt(1, 5) }),
    ("a chunk that must be understood", { $0.insert(("CgBI", [1]), at: 1) }),
    ("the same at the end", { $0.insert(("CgBI", [1]), at: $0.count - 1) }),
    ("a chunk that is none", { $0.insert(("a b ", [1]), at: 1) }),
    ("another compression", { $0[3].content[0] = 0 }),
    ("data without its end", { $0[5].content.removeLast() }),
    ("a byte after the data", { $0[5].content.append(0) }),
    ("a pixel too few", { $0 = replacing($0, png.rows.dropLast()) }),
    ("a pixel too many", { $0 = replacing($0, png.rows + [0]) }),
    ("filter 5", { $0 = replacing($0, [5] + png.rows.dropFirst()) }),
    ("a wrong checksum of the data", { $0[5].content[$0[5].content.count - 1] ^= 1 }),
    ("bytes in the end", { $0[6].content.append(0) }),
  ]

  static func replacing(_ chunks: Chunks, _ rows: [UInt8]) -> Chunks {
    chunks.filter { $0.type != "IDAT" && $0.type != "IEND" } + [("IDAT", zlib(rows)), ("IEND", [])]
  }

  @Test func `what the format does not allow is refused in libpng's words`() throws {
    let files =
      try Self.contents.map { ($0.what, try Self.changed($0.change)) }
      + Self.orders.map { what, change in
        var chunks = Self.png.chunks
        change(&chunks)
        return (what, HandmadePNG.file(chunks))
      }
    for (what, file) in files {
      let error = fileError { _ = try Self.decode(file) }
      let words = error?.message ?? "accepted"
      #expect(
        error?.kind == .invalid && words.wholeMatch(of: /cannot be decoded: [ -~]{5,80}/) != nil,
        "\(what): \(words)")
    }
  }

  @Test func `surplus that changes no pixel is refused, or changes none`() throws {
    let good = try Self.decode(Self.png.bytes)
    var chunks = Self.png.chunks
    chunks.insert(("IDAT", [1]), at: chunks.count - 1)
    let files = [HandmadePNG.file(chunks), try Self.changed { $0.palette? += [1, 2, 3] }]
    for file in files {
      if let bitmap = try? Self.decode(file) { #expect(bitmap == good) }
    }
  }

  @Test func `other formats are called by their names`() {
    let files: [(String, [UInt8])] = [
      ("is empty", []), ("is not a PNG file: a JPEG file", [0xFF, 0xD8, 0xFF, 0xE0]),
      ("is not a PNG file", [0x89, 0x50, 0x4E, 0x48]),
      ("cut short after 4 bytes", [0x89, 0x50, 0x4E, 0x47]),
      (
        "does not begin with a header (IHDR)",
        HandmadePNG.file(Array(Self.png.chunks.dropFirst()))
      ),
    ]
    for (words, file) in files {
      #expect(fileError { _ = try Self.decode(file) }?.message == words)
    }
  }
}
