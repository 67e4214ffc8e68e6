// The bytes of a file in memory: a regular file is mapped, anything else is read as far as it is
// asked for. Memory grows with what has arrived, never with what a file announces.
import Glibc

/// Holds the bytes of a file, all of them or its beginning.
final class FileContent {
  /// The bytes so far.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }
  /// Whether the file is mapped, so that nothing more can arrive.
  var isMapped: Bool { mapping != nil }

  private let mapping: MappedFile?
  private var base: UnsafeMutableRawPointer?
  private var count = 0
  private var capacity = 0

  /// Maps a regular file, or begins with nothing.
  init(_ input: InputFile) {
    // A size of zero is also what /proc says of files that are not empty.
    mapping = input.regularSize.flatMap {
      $0 > 0 ? MappedFile(input.descriptor, count: $0, path: input.path) : nil
    }
    base = mapping.map { UnsafeMutableRawPointer(mutating: $0.base) }
    count = mapping?.count ?? 0
  }

  deinit {
    if !isMapped { free(base) }
  }

  /// Reads on until there are `target` bytes or the file ends; returns how many there are.
  func load(_ target: Int, from input: InputFile) throws(FileError) -> Int {
    while !isMapped, count < target {
      if count == capacity { try grow(target, input.path) }
      let room = UnsafeMutableRawBufferPointer(start: base, count: min(capacity, target))
      let got = try input.read(into: UnsafeMutableRawBufferPointer(rebasing: room[count...]))
      count += got
      if got < room.count - (count - got) { break }
    }
    return count
  }

  private func grow(_ target: Int, _ path: String) throws(FileError) {
    let wanted = max(1 << 16, min(2 * count, target))
    guard let larger = realloc(base, wanted) else {
      throw FileError(.inputOutput, path, errno: ENOMEM)
    }
    base = larger
    capacity = wanted
  }
}
