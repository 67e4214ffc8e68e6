// The file formats that readers recognize by their first bytes: the one table of signatures.

/// A file format with a fixed signature.
package enum FileFormat: CaseIterable {
  case png, jpeg, gif, webP, bmp, tiff, heif, avif
  case gzip, zip
  case numPy, hdf5

  /// The number of bytes at the beginning of a file that determine its format.
  package static let headSize = 12

  /// The bytes that a file of the format begins with. Those of HEIF and AVIF follow four others.
  package var signature: [UInt8] {
    switch self {
    case .png: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    case .jpeg: [0xFF, 0xD8, 0xFF]
    case .gif: Array("GIF8".utf8)
    case .webP: Array("RIFF".utf8)
    case .bmp: Array("BM".utf8)
    case .tiff: [0x49, 0x49, 0x2A, 0]
    case .heif: Array("ftyphei".utf8)
    case .avif: Array("ftypavi".utf8)
    case .gzip: [0x1F, 0x8B]
    case .zip: [0x50, 0x4B, 0x03, 0x04]
    case .numPy: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
    case .hdf5: [0x89, 0x48, 0x44, 0x46]
    }
  }

  /// The name, such as "PNG".
  package var name: String {
    switch self {
    case .png: "PNG"
    case .jpeg: "JPEG"
    case .gif: "GIF"
    case .webP: "WebP"
    case .bmp: "BMP"
    case .tiff: "TIFF"
    case .heif: "HEIC"
    case .avif: "AVIF"
    case .gzip: "gzip"
    case .zip: "zip"
    case .numPy: "NumPy"
    case .hdf5: "HDF5"
    }
  }

  private func begins(_ head: [UInt8]) -> Bool {
    switch self {
    case .tiff:
      // Little-endian and big-endian, with offsets of 32 or of 64 bits.
      head.starts(with: signature) || head.starts(with: [0x4D, 0x4D, 0, 0x2A])
        || head.starts(with: [0x49, 0x49, 0x2B, 0]) || head.starts(with: [0x4D, 0x4D, 0, 0x2B])
    case .heif:
      [signature, Array("ftypmif1".utf8), Array("ftypmsf1".utf8), Array("ftyphevc".utf8)]
        .contains { head.dropFirst(4).starts(with: $0) }
    case .avif: head.dropFirst(4).starts(with: signature)
    default: head.starts(with: signature)
    }
  }

  /// Recognizes the format of a file.
  ///
  /// - Parameter head: The first bytes of the file; `headSize` are enough.
  package init?(_ head: [UInt8]) {
    guard let format = Self.allCases.first(where: { $0.begins(head) }) else { return nil }
    self = format
  }

  /// Recognizes a file of another format, for an error message.
  ///
  /// - Parameter head: The first bytes of the file; `headSize` are enough.
  /// - Returns: The format with its article, such as "a PNG file"; nil if it is unknown.
  package static func name(of head: [UInt8]) -> String? {
    if let format = FileFormat(head) {
      return "\([.hdf5, .avif].contains(format) ? "an" : "a") \(format.name) file"
    }
    if head.count >= 4, head.starts(with: [0, 0]), 0x08...0x0E ~= head[2], head[3] > 0 {
      return "an IDX file"
    }
    // The length of the header, below 2²⁴, and "{".
    let isTensorFile = head.count >= 9 && head[3..<8].allSatisfy { $0 == 0 } && head[8] == 0x7B
    return isTensorFile ? "a tensor file" : nil
  }
}
