import Foundation
import Testing

/// Bytes that an enemy would choose, in files that can be opened: refused in one short line, or
/// opened rightly, in bounded time and memory.
@Suite(.serialized) struct HostileContentTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let command: String
    let status: Int32
    let words: String
    let bytes: [UInt8]

    /// A file, called FILE in the command; without words it is to be accepted.
    init(
      _ name: String, _ bytes: [UInt8], _ command: String, _ words: String = "",
      _ status: Int32 = 65
    ) {
      (self.name, self.bytes, self.command, self.words) = (name, bytes, command, words)
      self.status = words.isEmpty ? 0 : status
    }

    var testDescription: String { "\(name): \(command)" }
  }

  private static let (draw, like) = (
    "tensor2png FILE -o new", "wgan-init --preset mlp-gp --like FILE -o new"
  )
  private static let (train, sample) = (
    "wgan-step mlp-gp.bin --data FILE --steps 1 -o new", "wgan-sample FILE -o new"
  )
  private static let critic = "wgan-init --preset mlp-gp --critic FILE -o new"
  /// FILE as gzip with a gigabyte of zeros behind it, for a reader of little memory.
  private static let bomb =
    "ulimit -v 200000; { gzip -n < FILE; cat gigabyte.gz; } 2> /dev/null"
  private static let terabyte = images(shape: [1 << 30, 1, 32, 32], data: [], size: 1 << 40)
  private static let megabyte = String(repeating: "x", count: 1 << 20)
  private static let rude = #"\u001b[31m\n\u202e"#

  static func container(_ json: String, _ data: [UInt8] = []) -> [UInt8] {
    withUnsafeBytes(of: UInt64(json.utf8.count).littleEndian) { [UInt8]($0) } + json.utf8 + data
  }

  /// Images, by default 150 of 1×8×8 bytes of zero.
  static func images(
    _ metadata: String = #""range":"0,255""#, kind: String = "images", type: String = "U8",
    shape: [Int] = [150, 1, 8, 8], name: String = "images", data: [UInt8]? = nil, size: Int? = nil
  ) -> [UInt8] {
    let count = size ?? data?.count ?? shape.reduce(1, *)
    return container(
      #"{"__metadata__":{"tensorio.kind":"\#(kind)",\#(metadata)},"#
        + #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[0,\#(count)]}}"#,
      data ?? [UInt8](repeating: 0, count: count))
  }

  /// One image of 1×1×2 floats.
  static func floats(_ first: Float, _ second: Float, range: String = "-1,1") -> [UInt8] {
    images(
      #""range":"\#(range)""#, type: "F32", shape: [1, 1, 1, 2],
      data: [first, second].withUnsafeBytes { [UInt8]($0) })
  }

  static let tensors: [Case] = [
    Case("plain", images(), draw), Case("plain", images(), train), Case("plain", images(), like),
    Case("NaN", floats(0, .nan), draw, "image 0 (counted from 0) contains NaN"),
    Case("NaN", floats(0, .nan), train, "tensor images has values outside its range -1,1"),
    Case("infinities", floats(.infinity, -.infinity), draw),
    Case("infinities", floats(.infinity, 0), train, "has values outside its range -1,1"),
    Case("denormals", floats(.leastNonzeroMagnitude, -.leastNonzeroMagnitude), draw),
    Case(
      "range of NaN", floats(0, 0, range: "nan,1"), draw,
      "invalid range (expected two numbers, such as \"-1,1\"; found \"nan,1\")"),
    Case("range upside down", floats(0, 0, range: "1,-1"), draw, "found \"1,-1\")"),
    Case("range of infinity", floats(0, 0, range: "-1,1e999"), draw, "found \"-1,1e999\")"),
    Case("range in hexadecimal", floats(0, 0, range: "0x0p0,1"), draw, "found \"0x0p0,1\")"),
    Case(
      "a megabyte of range", floats(0, 0, range: megabyte), draw,
      "invalid range (expected two numbers, such as \"-1,1\"; found \"xxxx"),
    Case("a megabyte of range", images(#""range":"\#(megabyte)""#), train, "with range \"xxx"),
    Case("a megabyte of words", images(#""range":"0,255","w":"\#(megabyte)""#), draw),
    Case("a megabyte of words", images(#""range":"0,255","w":"\#(megabyte)""#), train),
    Case("a megabyte of kind", images(kind: megabyte), draw, "is \"xxxx"),
    Case("a megabyte of name", images(name: megabyte), draw, "xxx…\" (expected 1 to 128"),
    Case("a megabyte of type", images(type: megabyte), draw, "tensor images: unknown dtype \"xxxx"),
    Case("a rude kind", images(kind: rude), draw, #"is "\u{1b}[31m\u{a}\u{202e}", not images"#),
    Case("a rude range", images(#""range":"\#(rude)""#), draw, #"found "\u{1b}[31m\u{a}"#),
    Case("a rude range", images(#""range":"\#(rude)""#), train, #"range "\u{1b}[31m\u{a}"#),
    Case("a rude name", images(name: rude), draw, #"tensor name "\u{1b}[31m\u{a}\u{202e}" ("#),
    Case("a rude type", images(type: rude), draw, #"unknown dtype "\u{1b}[31m\u{a}\u{202e}""#),
    Case(
      "one letter with a thousand accents",
      images(kind: "e" + String(repeating: "\u{301}", count: 1000)), draw, "…\", not images"),
    Case("no images", images(shape: [0, 1, 8, 8]), draw, "has 0 images"),
    Case("no images", images(shape: [0, 1, 8, 8]), train, "[0, 1, 8, 8], not N x C x H x W"),
    Case("images of no pixels", images(shape: [3, 1, 0, 8]), draw, "images have no pixels (0×8)"),
    Case("rank 3", images(shape: [150, 8, 8]), draw, "rank (expected 4, N×C×H×W; found 3)"),
    Case(
      "2 channels", images(shape: [75, 2, 8, 8]), draw,
      "channels (expected 1, gray, or 3, RGB; found 2)"),
    Case(
      "I64", images(type: "I64", shape: [1, 1, 1, 1], data: .init(repeating: 0, count: 8)), draw,
      "type (expected U8 or F32, found I64)"),
    Case("2⁶³ images", images(shape: [.max, 1, 1, 1], data: []), draw, "bytes, found 0)"),
    Case(
      "2⁶² images", images(shape: [1 << 62, 4, 1, 1], data: []), draw, "shape is too large"),
    Case("one image of 2²⁵", images(shape: [1, 1, 1 << 12, 1 << 13]), like, "more than 16777216"),
    Case("a tensor of another name", images(name: "image"), draw, "has no tensor \"images\""),
  ]

  static let others: [Case] = [
    Case("a terabyte of images", terabyte, "truncate -s +1T FILE; \(draw)"),
    Case("a terabyte of images", terabyte, "truncate -s +1T FILE; \(like)"),
    Case(
      "a terabyte and a byte", terabyte, "truncate -s +1099511627777 FILE; \(draw)",
      "has extra bytes after the data (expected 1099511627"),
    Case("a terabyte that is not there", terabyte, draw, "is truncated ("),
    Case(
      "a gigabyte of zeros for one", idx([1, 1, 1]), "\(bomb) | idx2tensor -o new",
      "standard input: has extra bytes after the data (expected 1 bytes, found more)"),
    Case(
      "a gigabyte of zeros", idx([1024, 1024, 1024], count: 0),
      "\(bomb) | idx2tensor > /dev/null; touch new"),
    Case(
      "two terabytes announced", idx([0x7FFF_FFFF, 1000, 1], count: 3), "idx2tensor FILE -o new",
      "data is truncated (expected 2147483647000 bytes, found 3)"),
    Case("a text of NULs", [UInt8](repeating: 0, count: 100), critic, #"not a layer: "\u{0}\u{0}"#),
    Case(
      "a text of one long line", Array("dense 3; \(megabyte.prefix(60000))".utf8), critic,
      "line 1: not a layer: \"xxxx"),
    Case("a text of Windows", Array("dense 5\r\ndense 1\r\n".utf8), critic, #"5\u{d}\u{a}dense 1"#),
    Case(
      "a text in UTF-16", "dense 1".utf16.flatMap { [UInt8($0), 0] }, critic, "line 1: not a lay"),
    Case("a rude layer", Array("dense 1; \u{1B}]0;x\u{7}".utf8), critic, #": "\u{1b}]0""#),
    Case(
      "a width of 2⁶⁴", Array("dense 18446744073709551616; dense 1".utf8), critic, "not a layer"),
    Case(
      "300 layers", Array(String(repeating: "relu;", count: 300).utf8), critic, "has 300 layers"),
    Case(
      "a frame of 255, 200 times",
      Array((String(repeating: "zero-pad 255;", count: 200) + "dense 1").utf8),
      critic, "layer 7, zero-pad 255, does not fit", 64),
    Case(
      "an image 16 times as large, 9 times",
      Array((String(repeating: "upsample 16; conv 1 kernel 1;", count: 9) + "dense 1").utf8),
      critic,
      "does not fit its input", 64),
  ]

  static let shell = Result { () throws -> Shell in
    let shell = try workshop().shared()
    try shell.run(
      """
      head -c 1048576 /dev/zero | gzip -n > gigabyte.gz
      for _ in {1..10}; do cat gigabyte.gz gigabyte.gz > twice; mv twice gigabyte.gz; done
      """)
    return shell
  }

  @Test(arguments: tensors + others)
  func `is refused in one short line, or opened rightly`(_ hostile: Case) throws {
    let shell = try Self.shell.get()
    try shell.write("FILE", hostile.bytes)
    let result = try shell.run(hostile.command, status: hostile.status)
    #expect(hostile.words.isEmpty || result.standardError.contains(hostile.words), "\(result)")
    #expect(result.standardError.utf8.count < 300 && result.standardOutput.isEmpty)
    let scalars = result.standardError.dropLast().unicodeScalars
    #expect(scalars.allSatisfy { $0.value >= 32 && $0 != "\u{202E}" })
    let new = shell.folder.appending(path: "new")
    #expect(FileManager.default.fileExists(atPath: new.path) == (hostile.status == 0))
    try? FileManager.default.removeItem(at: new)
  }
}
