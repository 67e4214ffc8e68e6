// The bytes of a file in memory. A regular file is mapped; anything else is read as far as needed.
// Memory grows with the bytes that arrive, never with the size that a file declares.
import Glibc

/// The bytes of a file, or its beginning. The first byte is aligned for any element type.
@safe final class FileContent {
  /// Whether the file is mapped: all of its bytes are available.
  var isMapped: Bool { mapping != nil }

  private let mapping: MappedFile?
  private var memory = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var count = 0

  /// Maps a regular file; starts empty for any other input.
  init(_ input: InputFile) {
    // Files in /proc report size 0 although they are not empty.
    mapping = input.regularSize.flatMap {
      $0 > 0 ? MappedFile(input.descriptor, count: $0, path: input.path) : nil
    }
    count = mapping?.count ?? 0
  }

  /// Copies bytes. `path` is for the error.
  init(_ bytes: Span<UInt8>, path: String) throws(FileError) {
    mapping = nil
    try grow(to: bytes.count, path)
    unsafe bytes.withUnsafeBytes { unsafe memory.copyMemory(from: $0) }
    count = bytes.count
  }

  /// Maps the first bytes of a temporary file. It must not be written any more.
  init(_ file: TemporaryFile, count: Int, path: String) throws(FileError) {
    mapping = count > 0 ? MappedFile(file.descriptor, count: count, path: path) : nil
    guard count == 0 || mapping != nil else { throw FileError(.inputOutput, path, errno: errno) }
    self.count = count
  }

  deinit { unsafe free(memory.baseAddress) }

  /// Reads until `target` bytes are available or the file ends; returns how many are available.
  func load(_ target: Int, from input: InputFile) throws(FileError) -> Int {
    while !isMapped, count < target {
      if unsafe count == memory.count {
        try grow(to: max(1 << 16, min(2 * count, target)), input.path)
      }
      let free = unsafe memory[count..<min(memory.count, target)]
      let got = try unsafe input.read(into: UnsafeMutableRawBufferPointer(rebasing: free))
      count += got
      if unsafe got < free.count { break }
    }
    return count
  }

  private func grow(to capacity: Int, _ path: String) throws(FileError) {
    guard let larger = unsafe realloc(memory.baseAddress, capacity) else {
      throw FileError(.inputOutput, path, errno: ENOMEM)
    }
    unsafe memory = UnsafeMutableRawBufferPointer(start: larger, count: capacity)
  }

  /// Some of the available bytes, valid while this object is alive.
  @unsafe func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    let all = unsafe mapping?.bytes ?? UnsafeRawBufferPointer(memory)
    precondition(0 <= range.lowerBound && range.upperBound <= count)
    return unsafe UnsafeRawBufferPointer(rebasing: all[range])
  }

  /// Calls `body` with some of the available bytes.
  func withBytes<Result, Failure>(
    _ range: Range<Int>, _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try unsafe bytes(range).withSpan(body)
  }

  /// A copy of some of the available bytes.
  func array(_ range: Range<Int>) -> [UInt8] { unsafe Array(bytes(range)) }
}

extension UnsafeRawBufferPointer {
  /// Calls `body` with the bytes as a span.
  func withSpan<Result, Failure>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe withMemoryRebound(to: UInt8.self) { bytes throws(Failure) in
      try body(unsafe bytes.span)
    }
  }
}
