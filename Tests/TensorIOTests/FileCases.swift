// Malformed files from the tests of safetensors, known attacks and our own test matrix, each with a part
// of its error message; and unusual but valid files.

@testable import TensorIO

private let huge = "18446744073709551615"

private func length(_ value: UInt64) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

extension FileCase {
  static let containers: [FileCase] = [
    .init("an empty file", [], "is empty"),
    .init("7 bytes", [1, 0, 0, 0, 0, 0, 0], "is truncated (expected at least 8 bytes, found 7)"),
    .init("only a length", length(64), "is truncated (expected at least 72 bytes, found 8)"),
    .init("length 0", length(0), "header, byte 0: expected '{'"),
    .init("length 0 and data", length(0) + [0], "header, byte 0: expected '{'"),
    .init("length 2^63", length(1 << 63) + [0x7B], "header length 9223372036854775808 exceeds"),
    .init("length 2^64-1", length(.max) + [0x7B], "header length \(huge) exceeds"),
    .init("length 0xffffff000000003c", length(0xFFFF_FF00_0000_003C) + [0x7B], "is not a tensor"),
    .init("length 100000001", length(100_000_001) + [0x7B], "header length 100000001 exceeds"),
    .init("length over the limit", length(100_000_002) + [0x7B], "exceeds 100000000"),
    .init(
      "length at the limit", length(100_000_000) + [0x7B],
      "is truncated (expected at least 100000008 bytes, found 9)"),
    .init("length 1000 in a valid file", length(1000) + Array("{\(t)}".utf8), "is truncated"),
    .init(
      "no tensors, 1 byte", "{}", "extra bytes after the data (expected 10 bytes, found 11)",
      data: 1),
    .init("data 1 byte short", "{\(t)}", "is truncated (expected 81 bytes, found 80)", data: 15),
    .init("data 2 bytes short", "{\(t)}", "is truncated (expected 81 bytes, found 79)", data: 14),
    .init(
      "data 1 byte long", "{\(t)}", "extra bytes after the data (expected 81 bytes, found 82)",
      data: 17),
    .init(
      "data 4 bytes long", "{\(t)}", "extra bytes after the data (expected 81 bytes, found 85)",
      data: 20),
    .init("a PNG file", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0], "is a PNG file"),
    .init(
      "a gzip file", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3], "is a gzip file, not a tensor file"),
    .init(
      "an IDX file", [0, 0, 8, 3, 0, 0, 0xEA, 0x60, 0, 0], "is an IDX file, not a tensor file"),
    .init(
      "a zip file", [0x50, 0x4B, 3, 4, 0x14, 0, 0, 0, 0, 0], "is a zip file, not a tensor file"),
    .init("a NumPy file", [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 0x76, 0], "is a NumPy file"),
    .init("a text", Array("Call me Ishmael.".utf8), "is text, not a tensor file"),
    .init(
      "an HTML page", Array("<!doctype html>\n<html>".utf8),
      "is an HTML page, not a tensor file; download the file again"),
    .init(
      "a tar archive",
      Array("photos/".utf8) + [UInt8](repeating: 0, count: 250) + Array("ustar".utf8)
        + [UInt8](repeating: 0, count: 700),
      "is a tar archive, not a tensor file; extract it with tar xf"),
    .init("other bytes", [9, 9, 9, 9, 9, 9, 9, 9, 9, 1], "is not a tensor file (header length"),
  ]

  static let syntax: [FileCase] = [
    .init("0xff", container([0xFF]), "header, byte 0: expected '{'"),
    .init("a BOM", container([0xEF, 0xBB, 0xBF] + Array("{\(t)}".utf8)), "byte 0: expected '{'"),
    .init("UTF-16", container("{\(t)}".utf8.flatMap { [$0, 0] }), "byte 1: expected '\"'"),
    .init("[]", "[]", "header, byte 0: expected '{'", data: 0),
    .init("null", "null", "header, byte 0: expected '{'", data: 0),
    .init("{", "{", "header, byte 1: expected '\"'", data: 0),
    .init("a leading space", " {\(t)}", "header, byte 0: expected '{'"),
    .init("a leading newline", "\n{\(t)}", "header, byte 0: expected '{'"),
    .init("a trailing tab", "{\(t)}\t", "byte 57: expected only spaces"),
    .init("a trailing newline", "{\(t)} \n", "byte 58: expected only spaces"),
    .init("a trailing carriage return", "{\(t)}\r", "expected only spaces"),
    .init("trailing NULs", "{\(t)}\0\0", "expected only spaces"),
    .init("a trailing x", "{\(t)}x", "expected only spaces"),
    .init("a second {}", "{\(t)}{}", "expected only spaces"),
    .init("a trailing comma", "{\(t),}", "header, byte 57: expected '\"'"),
    .init(
      "a trailing comma in a shape", "{\(t)}".replacing("2,2", with: "2,"),
      "expected a nonnegative integer"),
    .init("a comment", "{/**/\(t)}", "header, byte 1: expected '\"'"),
    .init("no colon", "{\(t)}".replacing("t\":", with: "t\" "), "byte 5: expected ':'"),
    .init("no comma", "{\(t)\(t)}", "header, byte 56: expected ',' or '}'"),
    .init("an entry as a list", #"{"t":["F32",[2,2],[0,16]]}"#, "byte 5: expected '{'"),
    .init("100000 [", #"{"t":"# + String(repeating: "[", count: 100_000), "byte 5: expected '{'"),
    .init("100000 {", String(repeating: #"{"t":"#, count: 100_000), "\"t\""),
    .init(
      "an unescaped control character", "{\"a\u{1}\":1}", "byte 3: unescaped control character"),
    .init("an unterminated string", #"{"t"#, "byte 3: unterminated string"),
    .init("an unterminated escape", #"{"t\"#, "unterminated string"),
    .init("an unknown escape", #"{"\x41":1}"#, "byte 2: unknown escape sequence"),
    .init("an incomplete escape", #"{"\u00g1":1}"#, "byte 6: expected a hexadecimal digit"),
    .init("an escaped high surrogate", #"{"\ud800":1}"#, "byte 2: unpaired surrogate"),
    .init("two high surrogates", #"{"\ud800\ud800":1}"#, "unpaired surrogate"),
    .init("a high surrogate and \\n", #"{"\ud800\n":1}"#, "unpaired surrogate"),
    .init("an escaped low surrogate", #"{"\udc00":1}"#, "unpaired surrogate"),
    .init(
      "a CESU surrogate", container([0x7B, 0x22, 0xED, 0xA0, 0x80, 0x22, 0x3A]),
      "is not valid UTF-8"),
    .init(
      "an overlong NUL", container([0x7B, 0x22, 0xC0, 0x80, 0x22, 0x3A]), "is not valid UTF-8"),
    .init(
      "an incomplete UTF-8 character", container([0x7B, 0x22, 0xC3, 0x22, 0x3A]),
      "is not valid UTF-8"),
  ]

  static let entries: [FileCase] = [
    .init("a tensor twice", "{\(t),\(t)}", "byte 57: duplicate key \"t\""),
    .init("a tensor twice, once escaped", "{\(t),\"\\u0074\":{}}", "duplicate key \"t\""),
    .init("a tensor twice, the second one empty", "{\(t),\"t\":{}}", "duplicate key \"t\""),
    .init("dtype twice", #"{"t":{"dtype":"F32","dtype":"F32"}}"#, "duplicate key \"dtype\""),
    .init("an unknown field", #"{"t":{"stride":[1]}}"#, "tensor t: unknown key \"stride\""),
    .init("no dtype", #"{"t":{"shape":[4],"data_offsets":[0,16]}}"#, "t: missing \"dtype\""),
    .init("no shape", #"{"t":{"dtype":"F32","data_offsets":[0,16]}}"#, "t: missing \"shape\""),
    .init("no offsets", #"{"t":{"dtype":"F32","shape":[4]}}"#, "t: missing \"data_offsets\""),
    .init("an empty entry", #"{"t":{}}"#, "tensor t: missing \"dtype\""),
    .init(
      "type BF16 of F32's size", "{\(t)}".replacing("F32", with: "BF16"),
      "do not match BF16 2x2 (expected 8 bytes, found 16)"),
    .init(
      "type F4 of F32's size", "{\(t)}".replacing("F32", with: "F4"),
      "do not match F4 2x2 (expected 2 bytes, found 16)"),
    .init(
      "one element of type F4",
      #"{"t":{"dtype":"F4","shape":[1],"data_offsets":[0,16]}}"#, "elements do not fill whole bytes"
    ),
    .init("type F128", "{\(t)}".replacing("F32", with: "F128"), "t: unknown dtype \"F128\""),
    .init("type f32", "{\(t)}".replacing("F32", with: "f32"), "t: unknown dtype \"f32\""),
    .init("a number as type", "{\(t)}".replacing("\"F32\"", with: "32"), "expected '\"'"),
    .init("a long name", "{\"\(String(repeating: "a", count: 129))\":{}}", "aaaa…\": missing"),
    .dimensions("-2,-2", "header, byte 29: expected a nonnegative integer"),
    .dimensions("2.0,2", "header, byte 30: expected ',' or ']'"),
    .dimensions("4e0", "header, byte 30: expected ',' or ']'"),
    .dimensions(#""2",2"#, "header, byte 29: expected a nonnegative integer"),
    .dimensions("02,2", "header, byte 29: number has a leading zero"),
    .dimensions("null", "header, byte 29: expected a nonnegative integer"),
    .dimensions("NaN", "header, byte 29: expected a nonnegative integer"),
    .dimensions("+4", "header, byte 29: expected a nonnegative integer"),
    .dimensions("[4]", "header, byte 29: expected a nonnegative integer"),
    .dimensions("18446744073709551616", "header, byte 29: number is too large"),
    .dimensions("9223372036854775808", "header, byte 29: number is too large"),
    .dimensions("2,18446744073709551614", "number is too large"),
    .dimensions("2,9223372036854775807", "t: shape is too large"),
    .dimensions("4611686018427387904", "t: shape is too large"),
    .dimensions("4294967296,4294967296", "t: shape is too large"),
    .dimensions("0,9223372036854775807,9223372036854775807", "shape is too large"),
    .dimensions("9223372036854775807,9223372036854775807,0", "shape is too large"),
    .dimensions("0,\(huge),\(huge)", "number is too large"),
    .dimensions("2,3", "do not match F32 2x3 (expected 24 bytes, found 16)"),
    .dimensions("", "do not match F32 scalar (expected 4 bytes, found 16)"),
    .dimensions(
      Array(repeating: "1", count: 1000).joined(separator: ","),
      "do not match F32 1x1x1x1x1x1x1x1x… (rank 1000) (expected 4 bytes, found 16)"),
  ]

  static let layout: [FileCase] = [
    .offsets("16", "t: expected 2 data_offsets, found 1"),
    .offsets("", "t: expected 2 data_offsets, found 0"),
    .offsets("0,16,16", "more than 2 offsets"),
    .offsets("-16,0", "expected a nonnegative integer"),
    .offsets("16,0", "t: data_offsets end at byte 0, before they begin"),
    .offsets("0,4", "t: data_offsets do not match F32 2x2 (expected 16 bytes, found 4)"),
    .offsets("4,20", "t: leaves a gap (expected offset 0, found 4)"),
    .offsets("0,\(huge)", "number is too large"),
    .init(
      "a tensor past the end", "{\(t)}".replacing("2,2", with: "4,2").replacing("16", with: "32"),
      "is truncated (expected 97 bytes, found 81)"),
    .init(
      "a tensor of 4 EiB",
      #"{"t":{"dtype":"U8","shape":[4611686018427387904],"data_offsets":[0,4611686018427387904]}}"#,
      "more than a file can hold"),
    .init(
      "a tensor of 1 EiB",
      #"{"t":{"dtype":"U8","shape":[1152921504606846976],"data_offsets":[0,1152921504606846976]}}"#,
      "is truncated"),
    .two("a gap", [0, 6], [8, 16], "b: leaves a gap (expected offset 6, found 8)"),
    .two("an overlap", [0, 10], [8, 16], "b: overlaps the previous tensor"),
    .two("the same range twice", [0, 16], [0, 16], "b: overlaps the previous tensor"),
    .two("one tensor inside the other", [0, 16], [4, 8], "b: overlaps the previous tensor"),
    .two("an empty tensor inside the other", [0, 16], [4, 4], "b: overlaps the previous tensor"),
    .two("an empty tensor past the end", [0, 16], [20, 20], "b: leaves a gap"),
  ]

  static let metadata: [FileCase] = [
    .init("metadata twice", #"{"__metadata__":{},"__metadata__":{}}"#, "duplicate key"),
    .metadata("a key twice", #"{"a":"1","a":"1"}"#, "byte 25: duplicate key \"a\""),
    .metadata(
      "two spellings of é", "{\"\u{E9}\":\"1\",\"e\u{301}\":\"1\"}", "duplicate key"),
    .metadata("a number", #"{"a":1}"#, "header, byte 21: expected '\"'"),
    .metadata("a null", #"{"a":null}"#, "header, byte 21: expected '\"'"),
    .metadata("an object", #"{"a":{}}"#, "header, byte 21: expected '\"'"),
    .metadata("a list", #"{"a":[]}"#, "header, byte 21: expected '\"'"),
    .metadata("null", "null", "header, byte 16: expected '{'"),
    .metadata("a string", "\"\"", "header, byte 16: expected '{'"),
    .metadata(
      "crc32 short", #"{"crc32":"123"}"#,
      "invalid crc32 (expected 8 lowercase hexadecimal digits, found \"123\")"),
    .metadata("crc32 signed", #"{"crc32":"+1234567"}"#, "expected 8 lowercase"),
    .metadata("crc32 in uppercase", #"{"crc32":"ABCDEF01"}"#, "expected 8 lowercase"),
    .metadata("crc32 escaped", #"{"crc32":"\u0030000000a"}"#, "expected 8 lowercase"),
    .metadata(
      "crc32 wrong", #"{"crc32":"00000000"}"#,
      "is corrupted: wrong checksum (expected crc32 00000000, found"),
    .metadata(
      "another version", #"{"crc32":"none","tensorio.version":"2"}"#,
      "unsupported tensorio.version (expected \"1\", found \"2\")"
    ),
    .metadata(
      "a damaged key of the checksum", #"{"crc33":"01234567","tensorio.version":"1"}"#,
      "is corrupted: metadata has \"crc33\" instead of crc32"),
  ]

  static let valid: [FileCase] = [
    .init("no tensors", "{}", data: 0),
    .init("no tensors and padding", "{}      ", data: 0),
    .init("one tensor", "{\(t)}"),
    .init("trailing spaces", "{\(t)}       "),
    .init(
      "blanks between tokens", "{\(t)}".replacing(":", with: " :\n\t").replacing(",", with: " , ")),
    .init("fields in another order", #"{"t":{"data_offsets":[0,16],"shape":[2,2],"dtype":"F32"}}"#),
    .init("a scalar", #"{"t":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}"#, data: 4),
    .init("rank 9", "{\(t)}".replacing("2,2", with: "1,1,1,1,1,1,1,1,4")),
    .init("an empty name", "{\(t)}".replacing("\"t\"", with: "\"\"")),
    .init("a name with NUL", "{\(t)}".replacing("\"t\"", with: #""a\u0000""#)),
    .init("a name of TensorFlow", "{\(t)}".replacing("\"t\"", with: "\"model/dense/kernel:0\"")),
    .init("a name beyond ASCII", "{\(t)}".replacing("\"t\"", with: "\"é\"")),
    .metadata("a version without crc32", #"{"tensorio.version":"1"}"#),
    .init("rank 8", "{\(t)}".replacing("2,2", with: "1,1,1,1,1,1,2,2")),
    .init("an empty tensor", #"{"t":{"dtype":"F32","shape":[2,0],"data_offsets":[0,0]}}"#, data: 0),
    .init("an escaped name", "{\(t)}".replacing("\"t\"", with: #""\u0074""#)),
    .two("an empty tensor at the offset of another one", [0, 16], [0, 0], ""),
    .two("an empty tensor at the end", [0, 16], [16, 16], ""),
    .two("tensors in another order than their data", [8, 16], [0, 8], ""),
    .init("metadata at the end", "{\(t),\"__metadata__\":{\"format\":\"pt\"}}"),
    .metadata("empty", "{}"),
    .metadata("as PyTorch writes it", #"{"format":"pt"}"#),
    .metadata("any text", #"{"":"","a\u0000\n":"\ud83d\ude00 \/ é 😀"}"#),
    .metadata("crc32 none", #"{"crc32":"none","tensorio.version":"1"}"#),
    .metadata("a kind without a version", #"{"tensorio.kind":"images"}"#),
  ]

  /// Two elements of each type that has whole bytes, and four of the others.
  static let types: [FileCase] = ElementType.allCases.map { type in
    let count = type.bitCount < 8 ? 4 : 2
    let byteCount = count * type.bitCount / 8
    return FileCase(
      "type \(type.rawValue)",
      #"{"t":{"dtype":"\#(type.rawValue)","shape":[\#(count)],"data_offsets":[0,\#(byteCount)]}}"#,
      data: byteCount)
  }

  static let invalid = [containers, syntax, entries, layout, metadata].flatMap { $0 }
}
