// Files that are not PNG, not whole, or not honest: refused in words, never more than that.
import TensorIO
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

  @Test func `one changed byte anywhere, to any other value, is noticed`() throws {
    let file = Self.png.bytes
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
    let file = Self.png.bytes
    for count in 0..<file.count {
      let error = fileError { _ = try Self.decode(Array(file[..<count])) }
      #expect(error?.kind == .invalid, "\(count) bytes")
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

  /// The good file with a change, and words of its refusal.
  static let cases: [(words: String, change: @Sendable (inout HandmadePNG) -> Void)] = [
    ("is of 0×3 pixels", { $0.width = 0 }),
    ("is too large: 65536×3 pixels", { $0.width = 65536 }),
    ("is too large: 65535×1025 pixels", { ($0.width, $0.height) = (65535, 1025) }),
    ("is too large: 4294967295×4294967295", { ($0.width, $0.height) = (-1, -1) }),
    ("announces 8192×8192 pixels, more than its ", { ($0.width, $0.height) = (8192, 8192) }),
    ("no PNG has color type 5 with 4 bits", { $0.colorType = 5 }),
    ("no PNG has color type 2 with 4 bits", { $0.colorType = 2 }),
    ("no PNG has color type 3 with 16 bits", { $0.depth = 16 }),
    ("no PNG has color type 3 with 3 bits", { $0.depth = 3 }),
    ("has no palette", { ($0.palette, $0.transparency) = (nil, nil) }),
    ("has a palette (PLTE) of 0 bytes", { $0.palette = [] }),
    ("has a palette (PLTE) of 47 bytes", { $0.palette?.removeLast() }),
    ("has a palette (PLTE) of 51 bytes", { $0.palette? += [1, 2, 3] }),
    ("a color that its palette does not have", { $0.palette?.removeLast(6) }),
    ("has transparency (tRNS) of 0 bytes", { $0.transparency = [] }),
    (
      "has transparency (tRNS) of 17 bytes",
      { $0.transparency = Array(repeating: 0, count: 17) }
    ),
  ]

  @Test func `what the format does not allow is said`() throws {
    for (words, change) in Self.cases {
      var png = Self.png
      // The rows stay those of the good file.
      var chunks = png.chunks
      change(&png)
      chunks[0].content = png.header
      for (type, content) in [("PLTE", png.palette), ("tRNS", png.transparency)] {
        let place = try #require(chunks.firstIndex { $0.type == type })
        chunks[place].content = content ?? []
        if content == nil { chunks.remove(at: place) }
      }
      let error = fileError { _ = try Self.decode(HandmadePNG.file(chunks)) }
      #expect(error?.message.contains(words) == true, "\(words): \(error?.message ?? "accepted")")
    }
  }

  /// The chunks of the good file changed, and words of the refusal.
  typealias Chunks = [(type: String, content: [UInt8])]
  static let orders: [(words: String, change: @Sendable (inout Chunks) -> Void)] = [
    ("does not begin with a header", { $0.removeFirst() }),
    ("has two headers", { $0.insert($0[0], at: 1) }),
    ("has no image data", { $0.removeAll { $0.type == "IDAT" } }),
    ("has image data (IDAT) in two places", { $0.insert(("tEXt", []), at: 4) }),
    ("out of place", { $0.swapAt(1, 5) }),
    ("cut short after ", { $0.removeLast() }),
    ("has a chunk that is not understood: CgBI", { $0.insert(("CgBI", [1]), at: 1) }),
    ("is damaged: no chunk at byte 33", { $0.insert(("a b ", [1]), at: 1) }),
    ("image data is damaged: ", { $0[3].content[0] = 0 }),
    ("image data ends early", { $0[5].content.removeLast() }),
    ("has bytes after the end of the image data", { $0[5].content.append(0) }),
    ("image data ends early", { $0 = replacing($0, png.rows.dropLast()) }),
    ("has more image data than pixels", { $0 = replacing($0, png.rows + [0]) }),
    ("unknown filter 5", { $0 = replacing($0, [5] + png.rows.dropFirst()) }),
  ]

  static func replacing(_ chunks: Chunks, _ rows: [UInt8]) -> Chunks {
    chunks.filter { $0.type != "IDAT" && $0.type != "IEND" } + [("IDAT", zlib(rows)), ("IEND", [])]
  }

  @Test func `chunks that do not belong together are said`() {
    for (words, change) in Self.orders {
      var chunks = Self.png.chunks
      change(&chunks)
      let error = fileError { _ = try Self.decode(HandmadePNG.file(chunks)) }
      #expect(error?.message.contains(words) == true, "\(words): \(error?.message ?? "accepted")")
    }
  }

  @Test func `other formats are called by their names`() {
    let files: [(String, [UInt8])] = [
      ("is empty", []), ("is not a PNG file: a JPEG file", [0xFF, 0xD8, 0xFF, 0xE0]),
      ("is not a PNG file", [0x89, 0x50, 0x4E, 0x48]),
      ("cut short after 4 bytes", [0x89, 0x50, 0x4E, 0x47]),
    ]
    for (words, file) in files {
      #expect(fileError { _ = try Self.decode(file) }?.message == words)
    }
  }
}
