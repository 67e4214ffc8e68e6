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

/// The image files that paths name.
public struct FoundImages: Sendable {
  /// The files to be read.
  public internal(set) var files: [ImageFile] = []
  /// The images of other formats in each named directory that has any.
  public internal(set) var others: [OtherImages] = []
  /// The names of the subdirectories of named directories, with and without images.
  public internal(set) var folders: [String] = []
}

/// Finds the image files that paths name, in the order of the paths.
///
/// A directory stands for the files below it with an extension of PNG or JPEG, or with that of another image
/// format but with PNG or JPEG as content, in the order of the bytes of their paths. Hidden files and
/// directories are skipped. Symbolic links are followed, except to a parent directory. A link below a
/// named directory to an image that does not exist is returned with its error.
///
/// - Parameters:
///   - paths: Paths of files and directories; `-` is standard input.
///   - keepMissing: Whether a path that does not exist is returned with its error, instead of thrown.
/// - Throws: `.missing` if a path does not exist, or a directory or a file in it may not be read;
///   `.inputOutput` if the system fails to read one.
public func findImages(
  _ paths: [String], keepMissing: Bool = false
) throws(FileError) -> FoundImages {
  var found = FoundImages()
  for path in paths {
    guard path != "-" else {
      found.files.append(ImageFile(path, labelDirectory: nil))
      continue
    }
    var status: stat?, missing: FileError?
    do { status = try requireStatus(path) } catch {
      guard keepMissing, error.isOfFileAlone else { throw error }
      missing = error
    }
    guard let status, status.isDirectory else {
      let parents = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      let parent = parents.last.flatMap { $0.isEmpty ? nil : "\($0)" }
      found.files.append(ImageFile(path, labelDirectory: parent, error: missing))
      continue
    }
    var scan = DirectoryScan(path)
    try scan.enter(path, labelDirectory: nil, ancestors: [status.identity])
    found.files += scan.sortedFiles
    if scan.others.count > 0 { found.others.append(scan.others) }
    found.folders += scan.folders
  }
  return found
}

/// A recursive scan of a directory; the files are in no particular order.
private struct DirectoryScan {
  private var files: [ImageFile] = []
  private(set) var others: OtherImages
  private(set) var folders: [String] = []

  init(_ directory: String) { others = OtherImages(directory: directory) }

  /// The files in the order of the bytes of their paths.
  var sortedFiles: [ImageFile] {
    files.map { ($0, $0.path.pathBytes) }
      .sorted { $0.1.lexicographicallyPrecedes($1.1) }.map(\.0)
  }

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
    guard let names = SystemCall.names(in: directory) else {
      throw FileError(missing: directory, errno: errno)
    }
    for name in names where name.utf8.first != UInt8(ascii: ".") {
      let path = directory + (directory.utf8.last == UInt8(ascii: "/") ? "" : "/") + name
      let kind = ImageExtension(name)
      do throws(FileError) {
        let status = try requireStatus(path)
        if status.isDirectory {
          guard !ancestors.contains(status.identity) else { continue }
          if labelDirectory == nil { folders.append(name) }
          try enter(
            path, labelDirectory: labelDirectory ?? name, ancestors: ancestors + [status.identity])
        } else if let kind, status.isRegular {
          let format = FileFormat(try InputFile(path).bytes(FileFormat.headSize))
          if format.map(OtherImages.isOther) ?? (kind == .other) {
            others.add(path, format)
          } else if kind == .readable || [.png, .jpeg].contains(format) {
            files.append(ImageFile(path, labelDirectory: labelDirectory))
          }
        }
      } catch {
        guard error.isOfFileAlone else { throw error }
        // Without an image extension, a link that leads nowhere does not matter.
        if kind == .readable {
          files.append(ImageFile(path, labelDirectory: labelDirectory, error: error))
        }
      }
    }
  }
}

/// The status of a path, symbolic links followed; throws `.missing` if nothing is there.
private func requireStatus(_ path: String) throws(FileError) -> stat {
  guard let status = SystemCall.status(of: path) else {
    throw FileError(missing: path, errno: errno)
  }
  return status
}
