// The file formats that readers recognize by their content, to name a file that they cannot read: the one
// table of signatures.

/// A file format that is recognized by the first bytes of a file. A format precedes the more general ones.
package enum FileFormat: CaseIterable {
  case png, jpeg, gif, webP, bmp, tiff, heif, avif
  case gzip, bzip2, xz, zstd, sevenZip, rar, tar
  case npz, pyTorch, onnx, zip
  case numPy, pickle, hdf5, matlab, parquet, tfRecord
  case idx, tensorFile
  case pdf, gitLFS, utf16, html, xml, json, csv, text

  /// The number of bytes at the beginning of a file that determine its format.
  package static let headSize = 512

  /// The bytes that files of the format begin with; empty if the format has no such bytes.
  package var signature: [UInt8] { signatures.first ?? [] }

  /// The byte sequences with one of which files of the format begin.
  var signatures: [[UInt8]] {
    switch self {
    case .png: [[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]]
    case .jpeg: [[0xFF, 0xD8, 0xFF]]
    case .gif: [Array("GIF8".utf8)]
    case .webP: [Array("RIFF".utf8)]
    case .bmp: [Array("BM".utf8)]
    // Little-endian and big-endian, with offsets of 32 or of 64 bits.
    case .tiff:
      [
        [0x49, 0x49, 0x2A, 0], [0x4D, 0x4D, 0, 0x2A], [0x49, 0x49, 0x2B, 0], [0x4D, 0x4D, 0, 0x2B],
      ]
    case .gzip: [[0x1F, 0x8B]]
    // Protobuf: versions 3 to 12 of the format, then the name of the program.
    case .onnx: (3...12).map { [0x08, $0, 0x12] }
    case .bzip2: [Array("BZh".utf8)]
    case .xz: [[0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]]
    case .zstd: [[0x28, 0xB5, 0x2F, 0xFD]]
    case .sevenZip: [[0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]]
    case .rar: [[0x52, 0x61, 0x72, 0x21, 0x1A, 0x07]]
    case .zip: [[0x50, 0x4B, 0x03, 0x04], [0x50, 0x4B, 0x05, 0x06]]
    case .numPy: [[0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]]
    case .hdf5: [[0x89, 0x48, 0x44, 0x46]]
    case .matlab: [Array("MATLAB 5.0 MAT-file".utf8), Array("MATLAB 7.3 MAT-file".utf8)]
    case .parquet: [Array("PAR1".utf8)]
    case .pdf: [Array("%PDF-".utf8)]
    case .gitLFS: [Array("version https://git-lfs.".utf8)]
    case .utf16: [[0xFF, 0xFE], [0xFE, 0xFF]]
    case .heif, .avif, .tar, .npz, .pyTorch, .pickle, .tfRecord, .idx, .tensorFile, .html, .xml,
      .json,
      .csv, .text:
      []
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
    case .bzip2: "bzip2"
    case .xz: "xz"
    case .zstd: "Zstandard"
    case .sevenZip: "7z"
    case .rar: "RAR"
    case .tar: "tar"
    case .zip: "zip"
    case .npz, .numPy: "NumPy"
    case .pyTorch: "PyTorch"
    case .onnx: "ONNX"
    case .pickle: "pickle"
    case .hdf5: "HDF5"
    case .matlab: "MATLAB"
    case .parquet: "Parquet"
    case .tfRecord: "TFRecord"
    case .idx: "IDX"
    case .tensorFile: "tensor"
    case .pdf: "PDF"
    case .gitLFS: "Git LFS"
    case .utf16: "UTF-16"
    case .html: "HTML"
    case .xml: "XML"
    case .json: "JSON"
    case .csv: "CSV"
    case .text: "text"
    }
  }

  /// A file of the format in a sentence, such as "a PNG file".
  package var noun: String {
    switch self {
    case .sevenZip, .rar, .tar: "a \(name) archive"
    case .pickle: "a Python pickle"
    case .gitLFS: "a Git LFS pointer"
    case .html: "an HTML page"
    case .xml: "an XML document"
    case .json, .csv, .utf16: "\(name) text"
    case .text: "text"
    case .avif, .hdf5, .idx, .onnx, .xz: "an \(name) file"
    default: "a \(name) file"
    }
  }

  /// What to do with a file of the format; nil if there is nothing to recommend.
  package var remedy: String? {
    switch self {
    case .gif, .webP, .bmp, .tiff, .heif, .avif: "convert it to PNG"
    case .png, .jpeg: "convert it with image2tensor"
    case .idx: "convert it with idx2tensor"
    case .gzip: "decompress it with gzip -d"
    case .bzip2: "decompress it with bzip2 -d"
    case .xz: "decompress it with xz -d"
    case .zstd: "decompress it with zstd -d"
    case .sevenZip: "extract it with 7z x"
    case .rar: "extract it with unrar x"
    case .tar: "extract it with tar xf"
    case .zip: "extract it with unzip"
    case .npz, .numPy: "use it as images, as in wgan-step --data"
    case .pyTorch: "save its tensors with safetensors.torch.save_file"
    case .onnx: "use the checkpoint that it was exported from"
    case .pickle: "save its arrays with numpy.savez"
    case .hdf5: "save its arrays with h5py and numpy.savez"
    case .matlab: "save its arrays with scipy.io.loadmat and numpy.savez"
    case .parquet, .tfRecord: "save its images as PNG files"
    case .csv: "convert it to .npy with NumPy"
    case .gitLFS: "download the file with git lfs pull"
    case .html, .xml: "download the file again"
    case .utf16: "convert it with iconv -f UTF-16 -t UTF-8"
    case .tensorFile, .pdf, .json, .text: nil
    }
  }

  /// Recognizes a file of another format, for an error message.
  ///
  /// - Parameter head: The first bytes of the file; `headSize` are enough.
  /// - Returns: The format with its article, such as "a PNG file"; nil if it is unknown.
  package static func name(of head: [UInt8]) -> String? { FileFormat(head)?.noun }
}

extension FileError {
  /// Creates the error for a file of another format than the expected one. It names the format if it is
  /// known, and says what to do.
  ///
  /// - Parameters:
  ///   - path: The file's name in messages.
  ///   - expected: The expected format with its article, such as "an IDX file".
  ///   - head: The first bytes of the file; `FileFormat.headSize` are enough.
  ///   - unknown: What to add about a file of an unknown format, such as its first bytes.
  package init(_ path: String, isNot expected: String, _ head: [UInt8], unknown: String = "") {
    if let format = FileFormat(head) {
      let remedy = format.remedy.map { "; \($0)" } ?? ""
      self.init(.invalid, path, "is \(format.noun), not \(expected)\(remedy)")
    } else {
      self.init(.invalid, path, "is not \(expected)\(unknown)")
    }
  }
}
