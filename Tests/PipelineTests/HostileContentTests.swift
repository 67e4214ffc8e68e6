import Foundation
import Testing

/// Tests with malicious file contents. Tools reject them with a short one-line error or read them
/// correctly, in bounded time and memory.
@Suite(.serialized) struct HostileContentTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let command: String
    let status: Int32
    let message: String
    let bytes: [UInt8]

    /// A case whose command reads the bytes from FILE. Without a message, the command succeeds.
    init(
      _ name: String, _ bytes: [UInt8], _ command: String, _ message: String = "",
      _ status: Int32 = 65
    ) {
      (self.name, self.bytes, self.command, self.message) = (name, bytes, command, message)
      self.status = message.isEmpty ? 0 : status
    }

    var testDescription: String { "\(name): \(command)" }
  }

  private static let (draw, like) = (
    "tensor2png FILE -o new", "wgan-init --preset mlp-gp --like FILE -o new"
  )
  private static let (train, sample) = (
    "wgan-step mlp-gp.bin --data FILE --steps 1 -o new", "wgan-sample FILE -o new"
  )
  private static let explore = "wgan-sample mlp-gp.bin --latents FILE -o new"
  private static let critic = "wgan-init --preset mlp-gp --critic FILE -o new"
  /// FILE compressed with gzip, followed by a gigabyte of zeros, for a reader with little memory.
  private static let bomb =
    "ulimit -v 200000; { gzip -n < FILE; cat gigabyte.gz; } 2> /dev/null"
  private static let terabyte = images(shape: [1 << 30, 1, 32, 32], data: [], size: 1 << 40)
  private static let megabyte = String(repeating: "x", count: 1 << 20)
  private static let controls = #"\u001b[31m\n\u202e"#

  static func container(_ json: String, _ data: [UInt8] = []) -> [UInt8] {
    withUnsafeBytes(of: UInt64(json.utf8.count).littleEndian) { [UInt8]($0) } + json.utf8 + data
  }

  /// A tensor file of images; by default, 150 images of 1×8×8 zero bytes.
  static func images(
    _ metadata: String = #""range":"0,255""#, kind: String = "images", type: String = "U8",
    shape: [Int] = [150, 1, 8, 8], name: String = "images", data: [UInt8]? = nil, size: Int? = nil
  ) -> [UInt8] {
    let count = size ?? data?.count ?? shape.reduce(1, *)
    return container(
      #"{"__metadata__":{"crc32":"none","tensorio.version":"1","tensorio.kind":"\#(kind)",\#(metadata)},"#
        + #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[0,\#(count)]}}"#,
      data ?? [UInt8](repeating: 0, count: count))
  }

  /// A tensor file with one image of 1×1×2 floats.
  static func floats(_ first: Float, _ second: Float, range: String = "-1,1") -> [UInt8] {
    images(
      #""range":"\#(range)""#, type: "F32", shape: [1, 1, 1, 2],
      data: [first, second].withUnsafeBytes { [UInt8]($0) })
  }

  static let tensors: [Case] = [
    Case("valid images", images(), draw), Case("valid images", images(), train),
    Case("valid images", images(), like),
    Case("NaN", floats(0, .nan), draw, "image 0 (counted from 0) contains NaN"),
    Case("NaN", floats(0, .nan), train, "tensor images has values outside its range -1,1"),
    Case("infinities", floats(.infinity, -.infinity), draw),
    Case("infinities", floats(.infinity, 0), train, "has values outside its range -1,1"),
    Case("denormals", floats(.leastNonzeroMagnitude, -.leastNonzeroMagnitude), draw),
    Case(
      "range with NaN", floats(0, 0, range: "nan,1"), draw,
      "invalid range (expected two numbers, such as \"-1,1\"; found \"nan,1\")"),
    Case("range with minimum above maximum", floats(0, 0, range: "1,-1"), draw, "found \"1,-1\")"),
    Case("range with infinity", floats(0, 0, range: "-1,1e999"), draw, "found \"-1,1e999\")"),
    Case("range in hexadecimal", floats(0, 0, range: "0x0p0,1"), draw, "found \"0x0p0,1\")"),
    Case(
      "range of a megabyte", floats(0, 0, range: megabyte), draw,
      "invalid range (expected two numbers, such as \"-1,1\"; found \"xxxx"),
    Case("range of a megabyte", images(#""range":"\#(megabyte)""#), train, "with range \"xxx"),
    Case("metadata of a megabyte", images(#""range":"0,255","w":"\#(megabyte)""#), draw),
    Case("metadata of a megabyte", images(#""range":"0,255","w":"\#(megabyte)""#), train),
    Case("kind of a megabyte", images(kind: megabyte), draw, "is \"xxxx"),
    Case("name of a megabyte", images(name: megabyte), draw, "has no tensor \"images\""),
    Case(
      "name of a megabyte without its shape",
      container("{\"\(megabyte)\":{}}"), draw, "tensor \"xxxx"),
    Case("type of a megabyte", images(type: megabyte), draw, "tensor images: unknown dtype \"xxxx"),
    Case(
      "kind with control characters", images(kind: controls), draw,
      #"is "\u{1b}[31m\u{a}\u{202e}", not images"#),
    Case(
      "range with control characters", images(#""range":"\#(controls)""#), draw,
      #"found "\u{1b}[31m\u{a}"#),
    Case(
      "range with control characters", images(#""range":"\#(controls)""#), train,
      #"range "\u{1b}[31m\u{a}"#),
    Case(
      "name with control characters", images(name: controls), draw,
      "has no tensor \"images\""),
    Case(
      "name with control characters, without its shape",
      container("{\"\(controls)\":{}}"), draw, #"tensor "\u{1b}[31m\u{a}\u{202e}": missing"#),
    Case(
      "type with control characters", images(type: controls), draw,
      #"unknown dtype "\u{1b}[31m\u{a}\u{202e}""#),
    Case(
      "one letter with a thousand accents",
      images(kind: "e" + String(repeating: "\u{301}", count: 1000)), draw, "…\", not images"),
    Case("no images", images(shape: [0, 1, 8, 8]), draw, "has 0 images"),
    Case("no images", images(shape: [0, 1, 8, 8]), train, "0x1x8x8, not N x C x H x W"),
    Case(
      "images without pixels", images(shape: [3, 1, 0, 8]), draw, "images have no pixels (0×8)"),
    Case("rank 3", images(shape: [150, 8, 8]), draw),
    Case("rank 2", images(shape: [150, 64]), draw, "rank (expected 4, N×C×H×W; found 2)"),
    Case(
      "6 channels", images(shape: [25, 6, 8, 8]), draw,
      "images have 6 channels (expected 1 to 4", 64),
    Case(
      "I64", images(type: "I64", shape: [1, 1, 1, 1], data: .init(repeating: 0, count: 8)), draw),
    Case(
      "I64 out of range",
      images(type: "I64", shape: [1, 1, 1, 1], data: .init(repeating: 1, count: 8)),
      draw, "images[0, 0, 0, 0] is 72340172838076673 (expected an integer from 0 to 255)"),
    Case(
      "C64", images(type: "C64", shape: [1, 1, 1, 1], data: .init(repeating: 0, count: 8)), draw,
      "tensor images has unsupported elements C64"),
    Case("2⁶³ images", images(shape: [.max, 1, 1, 1], data: []), draw, "bytes, found 0)"),
    Case(
      "2⁶² images", images(shape: [1 << 62, 4, 1, 1], data: []), draw, "shape is too large"),
    Case("one image of 2²⁵", images(shape: [1, 1, 1 << 12, 1 << 13]), like, "more than 16777216"),
    Case("a tensor of another name", images(name: "image"), draw, "has no tensor \"images\""),
  ]

  /// A tensor file of two latent vectors whose first value is given.
  private static func latents(
    _ first: Float, kind: String = "latents", type: String = "F32", shape: [Int] = [2, 100],
    name: String = "latents"
  ) -> [UInt8] {
    let values = [first] + [Float](repeating: 0.5, count: 199)
    return images(
      #""w":"""#, kind: kind, type: type, shape: shape, name: name,
      data: values.withUnsafeBytes { [UInt8]($0) })
  }

  static let latentFiles: [Case] = [
    Case("valid latent vectors", latents(0), explore),
    Case("large latent vectors", latents(.greatestFiniteMagnitude), explore),
    Case("NaN", latents(.nan), explore, "tensor latents has a value that is not finite"),
    Case("infinity", latents(-.infinity), explore, "tensor latents has a value that is not finite"),
    Case("another kind", latents(0, kind: "images"), explore, "is images, not latents"),
    Case(
      "another width", latents(0, shape: [4, 50]), explore,
      "tensor latents is F32 [4, 50] (expected F32 [N, 100])"),
    Case(
      "another rank", latents(0, shape: [2, 1, 100]), explore,
      "tensor latents is F32 [2, 1, 100] (expected F32 [N, 100])"),
    Case(
      "bytes", latents(0, type: "U8", shape: [1, 800]), explore,
      "tensor latents is U8 [1, 800] (expected F32 [N, 100])"),
    Case(
      "another name", latents(0, name: "z"), explore,
      "tensor \"z\" is unknown (expected only latents)"),
    Case(
      "no vectors",
      images("\"w\":\"\"", kind: "latents", type: "F32", shape: [0, 100], name: "latents"),
      explore, "has no latent vectors"),
    Case("no tensor", container("{}"), explore, "has no tensor latents"),
  ]

  static let others: [Case] = [
    Case("a terabyte of images", terabyte, "truncate -s +1T FILE; \(draw)"),
    Case("a terabyte of images", terabyte, "truncate -s +1T FILE; \(like)"),
    Case(
      "a terabyte and an extra byte", terabyte, "truncate -s +1099511627777 FILE; \(draw)",
      "has extra bytes after the data (expected 1099511627"),
    Case("a missing terabyte of images", terabyte, draw, "is truncated ("),
    Case(
      "a gigabyte of zeros after one image", idx([1, 1, 1]), "\(bomb) | idx2tensor -o new",
      "standard input: has extra bytes after the data (expected 1 bytes, found more)"),
    Case(
      "a gigabyte of zeros", idx([1024, 1024, 1024], count: 0),
      "\(bomb) | idx2tensor > /dev/null; touch new"),
    Case(
      "a header that declares two terabytes", idx([0x7FFF_FFFF, 1000, 1], count: 3),
      "idx2tensor FILE -o new",
      "data is truncated (expected 2147483647000 bytes, found 3)"),
    Case(
      "text of NUL characters", [UInt8](repeating: 0, count: 100), critic,
      "is not valid UTF-8 text"),
    Case(
      "text with one long line", Array("dense 3; \(megabyte.prefix(60000))".utf8), critic,
      "line 1: not a layer: \"xxxx"),
    Case(
      "text with Windows line endings", Array("dense 5\r\ndense 1\r\n".utf8), critic, "", 0),
    Case(
      "text in UTF-16", "dense 1".utf16.flatMap { [UInt8($0), 0] }, critic,
      "is not valid UTF-8 text"),
    Case(
      "layer with control characters", Array("dense 1; \u{1B}]0;x\u{7}".utf8), critic,
      #": "\u{1b}]0""#),
    Case(
      "a width of 2⁶⁴", Array("dense 18446744073709551616; dense 1".utf8), critic, "not a layer"),
    Case(
      "300 layers", Array(String(repeating: "relu;", count: 300).utf8), critic, "has 300 layers"),
    Case(
      "zero-pad 255, 200 times",
      Array((String(repeating: "zero-pad 255;", count: 200) + "dense 1").utf8),
      critic, "layer 7, zero-pad 255, does not fit", 64),
    Case(
      "upsample 16, 9 times",
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

  @Test(arguments: tensors + latentFiles + others)
  func `malicious content is a short one-line error, or is read correctly`(_ hostile: Case) throws {
    let shell = try Self.shell.get()
    try shell.write("FILE", hostile.bytes)
    let result = try shell.run(hostile.command, status: hostile.status)
    #expect(hostile.message.isEmpty || result.standardError.contains(hostile.message), "\(result)")
    #expect(result.standardError.utf8.count < 300 && result.standardOutput.isEmpty)
    let scalars = result.standardError.dropLast().unicodeScalars
    #expect(scalars.allSatisfy { $0.value >= 32 && $0 != "\u{202E}" })
    let new = shell.folder.appending(path: "new")
    #expect(FileManager.default.fileExists(atPath: new.path) == (hostile.status == 0))
    try? FileManager.default.removeItem(at: new)
  }
}
