// The compressed data of a PNG file: one stream of zlib, cut into chunks anywhere.
import CZlib
import TensorIO

/// Inflates the data chunks of a PNG file.
@safe final class PNGInflater {
  private let file: [UInt8]
  private let path: String
  /// The chunks that have not been begun.
  private var chunks: ArraySlice<Range<Int>>
  /// What has not been used of the chunk in hand.
  private var pending = 0..<0
  /// The state of zlib, which must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private var isEnded = false

  /// No stream inflates to more than so many times its size: a match of 258 bytes takes two bits.
  static let ratioLimit = 1032

  /// Begins with the first of the chunks.
  init(_ file: [UInt8], _ chunks: [Range<Int>], path: String) throws(FileError) {
    (self.file, self.path, self.chunks) = (file, path, chunks[...])
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    guard unsafe inflateInit_(stream, ZLIB_VERSION, size) == Z_OK else {
      throw FileError(.inputOutput, path, "zlib cannot start")
    }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Fills a buffer.
  ///
  /// Throws `.invalid` where the data is damaged or ends early.
  func fill(_ target: inout [UInt8]) throws(FileError) {
    var filled = 0
    while filled < target.count {
      let count = try inflate(into: &target, from: filled)
      filled += count
      guard count > 0 || !isEnded else {
        throw FileError(.invalid, path, "image data ends early")
      }
    }
  }

  /// Checks that nothing is left.
  ///
  /// Throws `.invalid` where there is more data, or what there was is not what was compressed.
  func finish() throws(FileError) {
    var excess: [UInt8] = [0]
    while !isEnded {
      guard try inflate(into: &excess, from: 0) == 0 else {
        throw FileError(.invalid, path, "has more image data than pixels")
      }
    }
    guard pending.isEmpty, chunks.allSatisfy(\.isEmpty) else {
      throw FileError(.invalid, path, "has bytes after the end of the image data")
    }
  }

  /// Inflates some bytes, and returns how many: none where the stream only went on or ended.
  private func inflate(into target: inout [UInt8], from start: Int) throws(FileError) -> Int {
    if isEnded { return 0 }
    while pending.isEmpty, let next = chunks.popFirst() { pending = next }
    let room = target.count - start
    let (source, range) = (file, pending)
    let code = unsafe source.withUnsafeBufferPointer { source in
      unsafe target.withUnsafeMutableBufferPointer { target in
        // zlib reads through this pointer and never writes.
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
          mutating: source.baseAddress.map { unsafe $0 + range.lowerBound })
        unsafe stream.pointee.avail_in = uInt(range.count)
        unsafe stream.pointee.next_out = target.baseAddress.map { unsafe $0 + start }
        unsafe stream.pointee.avail_out = uInt(room)
        return unsafe CZlib.inflate(stream, Z_NO_FLUSH)
      }
    }
    pending = unsafe range.upperBound - Int(stream.pointee.avail_in)..<range.upperBound
    switch code {
    case Z_OK: break
    case Z_STREAM_END: isEnded = true
    case Z_BUF_ERROR: throw FileError(.invalid, path, "image data ends early")
    case Z_MEM_ERROR: throw FileError(.inputOutput, path, "zlib is out of memory")
    default:
      let words = unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "error \(code)"
      throw FileError(.invalid, path, "image data is damaged: \(words)")
    }
    return unsafe room - Int(stream.pointee.avail_out)
  }
}
