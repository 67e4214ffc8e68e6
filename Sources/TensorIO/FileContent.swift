// The bytes of a file in memory: a regular file is mapped, anything else is read as far as it is
// asked for. Memory grows with what has arrived, never with what a file announces.
import Glibc

/// Holds the bytes of a file, all of them or its beginning; the first is aligned for any number.
@safe final class FileContent {
  /// Whether the file is mapped, so that nothing more can arrive.
  var isMapped: Bool { mapping != nil }

  private let mapping: MappedFile?
  private var memory = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var count = 0

  /// Maps a regular file, or begins with nothing.
  init(_ input: InputFile) {
    // A size of zero is also what /proc says of files that are not empty.
    mapping = input.regularSize.flatMap {
      $0 > 0 ? MappedFile(input.descriptor, count: $0, path: input.path) : nil
    }
    count = mapping?.count ?? 0
  }

  /// Copies bytes.
  init(_ bytes: Span<UInt8>, path: String) throws(FileError) {
    mapping = nil
    try grow(to: bytes.count, path)
    unsafe bytes.withUnsafeBytes { unsafe memory.copyMemory(from: $0) }
    count = bytes.count
  }

  deinit { unsafe free(memory.baseAddress) }

  /// Reads on until there are `target` bytes or the file ends; returns how many there are.
  func load(_ target: Int, from input: InputFile) throws(FileError) -> Int {
    while !isMapped, count < target {
      if unsafe count == memory.count {
        try grow(to: max(1 << 16, min(2 * count, target)), input.path)
      }
      let room = unsafe memory[count..<min(memory.count, target)]
      let got = try unsafe input.read(into: UnsafeMutableRawBufferPointer(rebasing: room))
      count += got
      if unsafe got < room.count { break }
    }
    return count
  }

  private func grow(to capacity: Int, _ path: String) throws(FileError) {
    guard let larger = unsafe realloc(memory.baseAddress, capacity) else {
      throw FileError(.inputOutput, path, errno: ENOMEM)
    }
    unsafe memory = UnsafeMutableRawBufferPointer(start: larger, count: capacity)
  }

  /// Some of the bytes so far, valid as long as this object lives.
  @unsafe func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    let all = unsafe mapping?.bytes ?? UnsafeRawBufferPointer(memory)
    precondition(0 <= range.lowerBound && range.upperBound <= count)
    return unsafe UnsafeRawBufferPointer(rebasing: all[range])
  }

  /// Calls `body` with some of the bytes so far.
  func withBytes<Result, Failure>(
    _ range: Range<Int>, _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try unsafe bytes(range).withSpan(body)
  }

  /// A copy of some of the bytes so far.
  func array(_ range: Range<Int>) -> [UInt8] { unsafe Array(bytes(range)) }
}

extension UnsafeRawBufferPointer {
  /// Calls `body` with the bytes.
  func withSpan<Result, Failure>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe withMemoryRebound(to: UInt8.self) { bytes throws(Failure) in
      try body(unsafe bytes.span)
    }
  }
}
