// The file formats that readers recognize by their first bytes: the one table of signatures.

/// A file format with a fixed signature.
package enum FileFormat: CaseIterable {
  case png, jpeg, gif, webP, bmp, tiff
  case gzip, zip
  case numPy, hdf5

  /// The bytes that every file of the format begins with.
  package var signature: [UInt8] {
    switch self {
    case .png: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    case .jpeg: [0xFF, 0xD8, 0xFF]
    case .gif: Array("GIF8".utf8)
    case .webP: Array("RIFF".utf8)
    case .bmp: Array("BM".utf8)
    case .tiff: [0x49, 0x49, 0x2A, 0]
    case .gzip: [0x1F, 0x8B]
    case .zip: [0x50, 0x4B, 0x03, 0x04]
    case .numPy: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
    case .hdf5: [0x89, 0x48, 0x44, 0x46]
    }
  }

  private var name: String {
    switch self {
    case .png: "a PNG file"
    case .jpeg: "a JPEG file"
    case .gif: "a GIF file"
    case .webP: "a WebP file"
    case .bmp: "a BMP file"
    case .tiff: "a TIFF file"
    case .gzip: "a gzip file"
    case .zip: "a zip file"
    case .numPy: "a NumPy file"
    case .hdf5: "an HDF5 file"
    }
  }

  /// Recognizes a file of another format, for an error message.
  ///
  /// - Parameter head: The first bytes of the file; nine are enough.
  /// - Returns: The format with its article, such as "a PNG file"; nil if it is unknown.
  package static func name(of head: [UInt8]) -> String? {
    if let format = allCases.first(where: { head.starts(with: $0.signature) }) {
      return format.name
    }
    if head.count >= 4, head.starts(with: [0, 0]), 0x08...0x0E ~= head[2], head[3] > 0 {
      return "an IDX file"
    }
    // The length of the header, below 2²⁴, and "{".
    let isTensorFile = head.count >= 9 && head[3..<8].allSatisfy { $0 == 0 } && head[8] == 0x7B
    return isTensorFile ? "a tensor file" : nil
  }
}
