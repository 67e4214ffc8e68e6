// Which files are meant by names of files and folders, in an order that anyone can repeat.
import Glibc
import TensorIO

/// A file that is to be an image.
public struct ImageFile: Sendable {
  /// The path, or "-" for standard input.
  public let path: String
  /// The folder that says what the image shows: of a named folder's files, the one within it that
  /// leads to the file; of a file that was named itself, the one that it lies in.
  let folder: String?
  /// What is wrong already.
  let refusal: FileError?

  /// A file that is to be tried, or is refused untried.
  init(_ path: String, folder: String?, refusal: FileError? = nil) {
    (self.path, self.folder, self.refusal) = (path, folder, refusal)
  }
}

/// Pictures below a folder that are passed over, for their names say that they are not PNG.
public struct OtherPictures: Sendable, CustomStringConvertible {
  /// The folder that was named.
  public let folder: String
  fileprivate(set) var count = 0
  /// Of their paths from the folder on, the first in the order of bytes.
  fileprivate(set) var first = ""

  /// How many they are, and which.
  public var description: String {
    count == 1 ? "1 picture is not PNG (\(first))" : "\(count) pictures are not PNG (\(first), …)"
  }

  static let endings = [
    ".jpg", ".jpeg", ".gif", ".webp", ".tif", ".tiff", ".bmp", ".heic", ".avif",
  ]
}

/// The files that some names mean, in the order of the names; in place of a folder come the files
/// below it whose names end in `.png`, in either case, in the order of the bytes of their paths.
///
/// Hidden files and folders are passed over. Symbolic links are followed, but not to a folder that
/// is on the way already. Also tells of each folder that has them the pictures that are not PNG.
/// Throws `.missing` for a name of nothing, unless it is to become a file that is refused, and for a
/// folder that cannot be read; one below it becomes a file that is refused.
public func findImages(
  _ names: [String], refusingMissing: Bool = false
) throws(FileError) -> (files: [ImageFile], others: [OtherPictures]) {
  var files: [ImageFile] = []
  var others: [OtherPictures] = []
  for name in names {
    guard name != "-" else {
      files.append(ImageFile(name, folder: nil))
      continue
    }
    var found: stat?, refusal: FileError?
    do { found = try status(name) } catch {
      guard refusingMissing else { throw error }
      refusal = error
    }
    guard let found, found.isFolder else {
      let folders = name.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      let folder = folders.last.flatMap { $0.isEmpty ? nil : "\($0)" }
      files.append(ImageFile(name, folder: folder, refusal: refusal))
      continue
    }
    var walk = FolderWalk(name)
    try walk.enter(name, below: nil, way: [found.identity])
    files += walk.files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    if walk.others.count > 0 { others.append(walk.others) }
  }
  return (files, others)
}

/// What is found below a folder, in no order.
private struct FolderWalk {
  var files: [ImageFile] = []
  var others: OtherPictures

  init(_ folder: String) { others = OtherPictures(folder: folder) }

  /// Adds the images in and below a folder.
  ///
  /// - Parameters:
  ///   - top: The folder that says what they show; nil in the first one.
  ///   - way: The folders down to this one, itself included.
  mutating func enter(
    _ folder: String, below top: String?, way: [FileIdentity]
  ) throws(FileError) {
    for (name, isUnicode) in try names(in: folder) where name.utf8.first != UInt8(ascii: ".") {
      let path = folder + (folder.utf8.last == UInt8(ascii: "/") ? "" : "/") + name
      let lower = name.lowercased()
      let isImage = lower.hasSuffix(".png")
      do throws(FileError) {
        guard isUnicode else { throw FileError(.invalid, path, "has a name that is not UTF-8") }
        // Of what is not to be an image only a folder counts.
        guard let found = isImage ? try status(path) : SystemCall.status(of: path) else { continue }
        if found.isFolder {
          guard !way.contains(found.identity) else { continue }
          try enter(path, below: top ?? name, way: way + [found.identity])
        } else if isImage, found.isRegular {
          files.append(ImageFile(path, folder: top))
        } else if found.isRegular, OtherPictures.endings.contains(where: lower.hasSuffix) {
          note(path)
        }
      } catch { files.append(ImageFile(path, folder: top, refusal: error)) }
    }
  }

  /// Counts a picture that is not PNG.
  private mutating func note(_ path: String) {
    let root = others.folder.utf8.count
    let place = String(decoding: path.utf8.dropFirst(root).drop { $0 == 0x2F }, as: UTF8.self)
    others.count += 1
    if others.count == 1 || place.utf8.lexicographicallyPrecedes(others.first.utf8) {
      others.first = place
    }
  }

  /// The names in a folder, and whether each is what the folder has or repaired.
  private func names(in folder: String) throws(FileError) -> [(String, isUnicode: Bool)] {
    guard let stream = unsafe opendir(folder) else {
      throw FileError(.missing, folder, errno: errno)
    }
    defer { unsafe closedir(stream) }
    var names: [(String, isUnicode: Bool)] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else { break }
      // The name is longer or shorter than its type says.
      let place = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
      let start = unsafe UnsafeRawPointer(entry).advanced(by: place)
        .assumingMemoryBound(to: CChar.self)
      let name = unsafe String(cString: start)
      names.append((name, unsafe String(validatingCString: start) != nil))
    }
    guard errno == 0 else { throw FileError(.inputOutput, folder, errno: errno) }
    return names
  }
}

/// What there is at a path, symbolic links followed; throws `.missing` where there is nothing.
private func status(_ path: String) throws(FileError) -> stat {
  guard let status = SystemCall.status(of: path) else {
    throw FileError(missing: path, errno: errno)
  }
  return status
}
