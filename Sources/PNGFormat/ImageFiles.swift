// Finds the image files that paths of files and directories name, in a reproducible order.
import Glibc
import TensorIO

/// A file to be read as an image.
public struct ImageFile: Sendable {
  /// The path, or `-` for standard input.
  public let path: String
  /// The directory whose name is the label of the image: for a file found in a named directory, the
  /// subdirectory of that directory on the way to the file; for a file that was named itself, its parent
  /// directory. Nil if there is none.
  let labelDirectory: String?
  /// Why the file cannot be read, if that is known already.
  let error: FileError?

  /// Creates a file to be read, or one with an error.
  init(_ path: String, labelDirectory: String?, error: FileError? = nil) {
    (self.path, self.labelDirectory, self.error) = (path, labelDirectory, error)
  }
}

/// Images in a directory that are skipped because their extensions are those of other formats than PNG.
public struct OtherImages: Sendable, CustomStringConvertible {
  /// The directory that was named.
  public let directory: String
  fileprivate(set) var count = 0
  /// The path of one of them, relative to the directory: the first in the order of bytes.
  fileprivate(set) var first = ""

  /// The number of images, and the path of one of them.
  public var description: String {
    count == 1 ? "1 image is not PNG (\(first))" : "\(count) images are not PNG (\(first), …)"
  }

  static let extensions = [
    ".jpg", ".jpeg", ".gif", ".webp", ".tif", ".tiff", ".bmp", ".heic", ".avif",
  ]
}

/// Finds the image files that paths name, in the order of the paths.
///
/// A directory stands for the files below it with the extension `.png`, in upper or lower case, in the
/// order of the bytes of their paths. Hidden files and directories are skipped. Symbolic links are
/// followed, except to a parent directory. A file or directory below a named directory that cannot be
/// read is returned with its error.
///
/// - Parameters:
///   - paths: Paths of files and directories; `-` is standard input.
///   - keepMissing: Whether a path that does not exist is returned with its error, instead of thrown.
/// - Returns: The files, and the images of other formats in each directory that has any.
/// - Throws: `.missing` if a path does not exist or a named directory cannot be read.
public func findImages(
  _ paths: [String], keepMissing: Bool = false
) throws(FileError) -> (files: [ImageFile], others: [OtherImages]) {
  var files: [ImageFile] = []
  var others: [OtherImages] = []
  for path in paths {
    guard path != "-" else {
      files.append(ImageFile(path, labelDirectory: nil))
      continue
    }
    var found: stat?, missing: FileError?
    do { found = try status(path) } catch {
      guard keepMissing else { throw error }
      missing = error
    }
    guard let found, found.isDirectory else {
      let parents = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      let parent = parents.last.flatMap { $0.isEmpty ? nil : "\($0)" }
      files.append(ImageFile(path, labelDirectory: parent, error: missing))
      continue
    }
    var scan = DirectoryScan(path)
    try scan.enter(path, labelDirectory: nil, ancestors: [found.identity])
    files += scan.files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    if scan.others.count > 0 { others.append(scan.others) }
  }
  return (files, others)
}

/// A recursive scan of a directory; the files are in no particular order.
private struct DirectoryScan {
  var files: [ImageFile] = []
  var others: OtherImages

  init(_ directory: String) { others = OtherImages(directory: directory) }

  /// Adds the images in and below a directory.
  ///
  /// - Parameters:
  ///   - directory: The path of the directory.
  ///   - labelDirectory: The name of the subdirectory of the scanned directory; nil in that directory
  ///     itself.
  ///   - ancestors: The directories from the scanned one to this one.
  mutating func enter(
    _ directory: String, labelDirectory: String?, ancestors: [FileIdentity]
  ) throws(FileError) {
    for (name, isUnicode) in try names(in: directory) where name.utf8.first != UInt8(ascii: ".") {
      let path = directory + (directory.utf8.last == UInt8(ascii: "/") ? "" : "/") + name
      let lowercased = name.lowercased()
      let isImage = lowercased.hasSuffix(".png")
      do throws(FileError) {
        guard isUnicode else { throw FileError(.invalid, path, "file name is not valid UTF-8") }
        // Errors count only for images; anything else matters only if it is a directory.
        guard let found = isImage ? try status(path) : SystemCall.status(of: path) else { continue }
        if found.isDirectory {
          guard !ancestors.contains(found.identity) else { continue }
          try enter(
            path, labelDirectory: labelDirectory ?? name, ancestors: ancestors + [found.identity])
        } else if isImage, found.isRegular {
          files.append(ImageFile(path, labelDirectory: labelDirectory))
        } else if found.isRegular, OtherImages.extensions.contains(where: lowercased.hasSuffix) {
          addOther(path)
        }
      } catch { files.append(ImageFile(path, labelDirectory: labelDirectory, error: error)) }
    }
  }

  /// Counts an image of another format than PNG.
  private mutating func addOther(_ path: String) {
    let prefix = others.directory.utf8.count
    let relative = String(
      decoding: path.utf8.dropFirst(prefix).drop { $0 == UInt8(ascii: "/") }, as: UTF8.self)
    others.count += 1
    if others.count == 1 || relative.utf8.lexicographicallyPrecedes(others.first.utf8) {
      others.first = relative
    }
  }

  /// The names in a directory. If a name is not valid UTF-8, `isUnicode` is false and the name repaired.
  private func names(in directory: String) throws(FileError) -> [(String, isUnicode: Bool)] {
    guard let stream = unsafe opendir(directory) else {
      throw FileError(.missing, directory, errno: errno)
    }
    defer { unsafe closedir(stream) }
    var names: [(String, isUnicode: Bool)] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else { break }
      // The actual length of the name differs from that of its C type.
      let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
      let start = unsafe UnsafeRawPointer(entry).advanced(by: offset)
        .assumingMemoryBound(to: CChar.self)
      let name = unsafe String(cString: start)
      names.append((name, unsafe String(validatingCString: start) != nil))
    }
    guard errno == 0 else { throw FileError(.inputOutput, directory, errno: errno) }
    return names
  }
}

/// The status of a path, symbolic links followed; throws `.missing` if nothing is there.
private func status(_ path: String) throws(FileError) -> stat {
  guard let status = SystemCall.status(of: path) else {
    throw FileError(missing: path, errno: errno)
  }
  return status
}
