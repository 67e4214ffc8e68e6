// Image files that are recognized, but not read.
import TensorIO

/// What the extension of a file name promises.
enum ImageExtension {
  /// A format that can be decoded.
  case readable
  /// Another image format.
  case other

  /// Finds the extension of a file name, in upper or lower case; nil if it is not that of an image.
  init?(_ name: String) {
    guard let dot = name.lastIndex(of: ".") else { return nil }
    switch name[dot...].dropFirst().lowercased() {
    case "png", "jpg", "jpeg", "jpe", "jfif": self = .readable
    case "gif", "webp", "tif", "tiff", "bmp", "heic", "heif", "avif": self = .other
    default: return nil
    }
  }
}

/// Images in a directory that are skipped because their formats are not PNG or JPEG.
public struct OtherImages: Sendable, CustomStringConvertible {
  /// The directory that was named.
  public let directory: String
  /// The number of images.
  private(set) var count = 0
  /// The path of one of them, relative to the directory: the first in the order of bytes.
  private var first = ""
  /// The number of images of each format; the empty name stands for an unknown one.
  private var counts: [String: Int] = [:]

  /// Starts without images.
  init(directory: String) { self.directory = directory }

  /// Whether a format is one of images that cannot be decoded.
  static func isOther(_ format: FileFormat) -> Bool {
    [.gif, .webP, .bmp, .tiff, .heif, .avif].contains(format)
  }

  /// Counts an image below the directory. Its format is nil if its content is unknown.
  mutating func add(_ path: String, _ format: FileFormat?) {
    let relative = String(
      path.unicodeScalars.dropFirst(directory.unicodeScalars.count).drop { $0 == "/" })
    count += 1
    counts[format?.name ?? "", default: 0] += 1
    if count == 1 || relative.pathBytes.lexicographicallyPrecedes(first.pathBytes) {
      first = relative
    }
  }

  /// The number of images, their formats, and the path of one of them.
  public var description: String {
    let formats = counts.sorted { $0.key < $1.key }.map { name, count in
      name.isEmpty ? "\(count) of unknown format" : "\(count) \(name)"
    }.joined(separator: ", ")
    return (count == 1 ? "1 image is" : "\(count) images are")
      + " not PNG or JPEG: \(formats) (\(first)\(count == 1 ? "" : ", …"))"
  }
}
