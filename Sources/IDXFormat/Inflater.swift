// zlib's inflate: the one place that has to do with its addresses.
import CZlib

/// Inflates gzip members, one after another.
@safe final class Inflater {
  /// What came of some bytes.
  struct Step {
    /// What zlib says: `Z_OK`, `Z_STREAM_END` at the end of a member, or an error.
    let code: Int32
    /// How many bytes were used, and how many were made of them.
    let used: Int, made: Int
  }

  /// The state of zlib, which must not move.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

  /// Nil when there is no memory.
  init?() {
    unsafe stream.initialize(to: z_stream())
    let gzipOnly: Int32 = 15 + 16
    let size = Int32(unsafe MemoryLayout<z_stream>.size)
    guard unsafe inflateInit2_(stream, gzipOnly, ZLIB_VERSION, size) == Z_OK else { return nil }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// zlib's words for the last error.
  var message: String? { unsafe stream.pointee.msg.map { unsafe String(cString: $0) } }

  /// Makes ready for the next member.
  func reset() { unsafe inflateReset(stream) }

  /// Inflates bytes of the member in hand into a part of a buffer.
  func inflate(_ bytes: Span<UInt8>, into buffer: inout [UInt8], _ range: Range<Int>) -> Step {
    let (given, room) = (uInt(bytes.count), uInt(clamping: range.count))
    let code = unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe buffer.withUnsafeMutableBufferPointer { buffer in
        // zlib reads through this pointer and never writes.
        unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
        unsafe stream.pointee.avail_in = given
        unsafe stream.pointee.next_out = buffer.extracting(range).baseAddress
        unsafe stream.pointee.avail_out = room
        return unsafe CZlib.inflate(stream, Z_NO_FLUSH)
      }
    }
    return unsafe Step(
      code: code, used: Int(given - stream.pointee.avail_in),
      made: Int(room - stream.pointee.avail_out))
  }
}
