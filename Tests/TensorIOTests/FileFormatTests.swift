// Files of other formats are named for what they are.
import Testing

@testable import TensorIO

@Suite struct FileFormatTests {
  struct Example: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let head: [UInt8]
    init(_ noun: String, _ head: [UInt8]) { (testDescription, self.head) = (noun, head) }
    init(_ noun: String, _ text: String) { self.init(noun, Array(text.utf8)) }
  }

  static let zeros = [UInt8](repeating: 0, count: 40)
  static let examples: [Example] = [
    .init("a PNG file", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]),
    .init("a JPEG file", [0xFF, 0xD8, 0xFF, 0xE0, 0, 16]),
    .init("a GIF file", "GIF89a"),
    .init("a WebP file", Array("RIFF".utf8) + [1, 2, 3, 4] + Array("WEBPVP8 ".utf8)),
    .init("a BMP file", Array("BM".utf8) + [0x36, 0x10, 0, 0, 0, 0, 0, 0, 0x36, 0]),
    .init("a TIFF file", [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0]),
    .init("a TIFF file", [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8]),
    .init("a HEIC file", [0, 0, 0, 0x18] + Array("ftypheic".utf8)),
    .init("an AVIF file", [0, 0, 0, 0x20] + Array("ftypavif".utf8)),
    .init("a gzip file", [0x1F, 0x8B, 8, 0]),
    .init("a bzip2 file", Array("BZh9".utf8) + [0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 1]),
    .init("an xz file", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0, 4]),
    .init("a Zstandard file", [0x28, 0xB5, 0x2F, 0xFD, 4]),
    .init("a 7z archive", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0, 4]),
    .init("a RAR archive", [0x52, 0x61, 0x72, 0x21, 0x1A, 0x07, 1, 0]),
    .init("a zip file", zip("folder/readme.txt")),
    .init("a NumPy file", zip("x_train.npy")),
    .init("a PyTorch file", zip("model/data.pkl")),
    .init("a PyTorch file", [0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46]),
    .init("a NumPy file", [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0]),
    .init("a Python pickle", [0x80, 3, 0x7D, 0x71, 0]),
    .init("a Python pickle", [0x80, 4, 0x95, 0x10, 0, 0]),
    .init("an HDF5 file", [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]),
    .init("a MATLAB file", "MATLAB 5.0 MAT-file, Platform: GLNXA64"),
    .init("a MATLAB file", "MATLAB 7.3 MAT-file, Platform: GLNXA64"),
    .init("a Parquet file", Array("PAR1".utf8) + [0x15, 4]),
    // The length 24 and its masked CRC-32C, as TensorFlow writes every event file of TensorBoard.
    .init("a TFRecord file", [24, 0, 0, 0, 0, 0, 0, 0, 0xA3, 0x7F, 0x4B, 0x22, 9, 0, 0]),
    .init("an IDX file", [0, 0, 8, 3, 0, 0, 0xEA, 0x60]),
    .init("a tensor file", [0x78, 1, 0, 0, 0, 0, 0, 0, 0x7B, 0x22]),
    .init("a PDF file", "%PDF-1.7"),
    .init(
      "a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935"
    ),
    .init("UTF-16 text", [0xFF, 0xFE, 0x64, 0, 0x65, 0]),
    .init("UTF-16 text", [0xFE, 0xFF, 0, 0x64, 0, 0x65]),
    .init("an HTML page", "\u{FEFF}\r\n  <!DOCTYPE html PUBLIC"),
    .init("an HTML page", "<HTML><HEAD><TITLE>404 Not Found"),
    .init("an XML document", "<?xml version=\"1.0\"?><Error><Code>AccessDenied"),
    .init("JSON text", "{\"error\": \"not found\"}"),
    .init("CSV text", "label,pixel0,pixel1\n5,0,0\n"),
    .init("CSV text", "5;0;0;0"),
    .init("CSV text", "5\t0\t0\t0"),
    .init("text", "Call me Ishmael, he said, and, well, so it was."),
    // The last character is cut off.
    .init("text", Array("Wörter, drei Wörter, ja".utf8.prefix(16))),
  ]

  /// A zip file whose first member has this name.
  static func zip(_ name: String) -> [UInt8] {
    [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 22) + [UInt8(name.utf8.count), 0, 0, 0]
      + Array(name.utf8) + zeros
  }

  @Test(arguments: examples)
  func `a file is named by its first bytes`(_ example: Example) {
    #expect(FileFormat.name(of: example.head) == example.testDescription)
  }

  @Test func `a tar archive is recognized within 512 bytes`() {
    var head = [UInt8](repeating: 0, count: FileFormat.headSize)
    head.replaceSubrange(0..<4, with: "name".utf8)
    head.replaceSubrange(257..<262, with: "ustar".utf8)
    #expect(FileFormat(head) == .tar)
  }

  @Test(arguments: [
    [], [7], Array("hi".utf8), Array("\n\n\n\n\n".utf8), Array("text\u{0}".utf8), [0, 1, 8, 1],
    // Words, not signatures.
    Array("BM".utf8), [0x80, 1, 2, 3], [24, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4],
    Array("Grüße".utf8.dropLast(2)) + [0x41],
  ])
  func `other bytes have no name`(_ head: [UInt8]) {
    #expect(FileFormat.name(of: head) == nil)
  }

  @Test func `text that begins like a signature is text`() {
    #expect(FileFormat(Array("BMW builds cars".utf8)) == .text)
    #expect(FileFormat(Array("RIFFs are fun to play".utf8)) == .text)
    #expect(FileFormat(Array("BZh is short for a name".utf8)) == .text)
  }

  @Test func `an error says what the file is and what to do`() {
    func message(_ head: [UInt8]) -> String {
      FileError("x", isNot: "an IDX file", head, unknown: " (begins with 01)").message
    }
    #expect(
      message([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0])
        == "is an xz file, not an IDX file; decompress it with xz -d")
    #expect(
      message(Array("<html>".utf8)) == "is an HTML page, not an IDX file; download the file again")
    #expect(message(Array("words, words".utf8)) == "is text, not an IDX file")
    #expect(message([1]) == "is not an IDX file (begins with 01)")
  }
}
