import Glibc
import TestSupport
import Testing

@testable import TensorIO

@Suite struct PathBytesTests {
  @Test func `any bytes survive the conversion to a string and back`() {
    var random = SplitMix(state: 7)
    var paths: [[UInt8]] = (0..<2000).map { _ in random.bytes(.random(in: 0...12, using: &random)) }
    // The scalars that stand for bytes, as UTF-8 of their own; a truncated character; surrogates.
    paths += [
      [0xF4, 0x8F, 0xBE, 0x80], [0xF4, 0x8F, 0xBF, 0xBF], [0x61, 0xC3], [0xED, 0xA0, 0x80], [],
    ]
    for path in paths { #expect(String(pathBytes: path).pathBytes == path) }
    #expect(Set(paths.map { String(pathBytes: $0) }).count == Set(paths).count)
  }

  @Test func `UTF-8 is unchanged, and messages show other bytes in hexadecimal`() {
    #expect(String(pathBytes: Array("a/é\n🙂".utf8)) == "a/é\n🙂")
    #expect("é🙂".isUnicodePath && !String(pathBytes: [0xE9]).isUnicodePath)
    let error = FileError(.missing, String(pathBytes: [0x63, 0xE9, 0x0A, 0xFF]), "no such file")
    #expect(error.description == #"c\xe9\u{a}\xff: no such file"#)
    #expect(printable(error.description) == error.description)
  }

  @Test func `only errors about one file may be skipped`() {
    for code in [EIO, ESTALE, EMFILE, ENFILE, ENOMEM, ETIMEDOUT] {
      let error = FileError(missing: "x", errno: code)
      #expect(error.kind == .inputOutput && !error.isOfFileAlone, "\(code)")
    }
    for code in [EACCES, EPERM] {
      let error = FileError(missing: "x", errno: code)
      #expect(error.kind == .missing && !error.isOfFileAlone, "\(code)")
    }
    for code in [ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG] {
      let error = FileError(missing: "x", errno: code)
      #expect(error.kind == .missing && error.isOfFileAlone, "\(code)")
    }
    #expect(FileError(.invalid, "x", "is empty").isOfFileAlone)
  }
}
