// zlib's `inflate`. Only this file passes pointers to zlib.
import CZlib

/// Inflates gzip members, one after another, or the raw data of a zip member.
@safe package final class Inflater {
  /// What surrounds the compressed data.
  package enum Container: Int32 {
    /// The header and the checksum of gzip.
    case gzip = 31
    /// Nothing.
    case none = -15
  }

  /// The result of one call.
  package struct Step {
    /// zlib's result: `Z_OK`, `Z_STREAM_END` at the end of a member, or an error.
    package let status: Int32
    /// The number of input bytes consumed, and of output bytes produced.
    package let consumed: Int, produced: Int
  }

  /// zlib's state, whose address must not change.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

  /// Creates an inflater; nil if there is not enough memory.
  package init?(_ container: Container = .gzip) {
    unsafe stream.initialize(to: z_stream())
    let size = Int32(unsafe MemoryLayout<z_stream>.size)
    guard unsafe inflateInit2_(stream, container.rawValue, ZLIB_VERSION, size) == Z_OK
    else { return nil }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// zlib's message for the last error.
  package var message: String? { unsafe stream.pointee.msg.map { unsafe String(cString: $0) } }

  /// Prepares for the next member.
  package func reset() { unsafe inflateReset(stream) }

  /// Inflates bytes of the current member into a part of a buffer.
  package func inflate(
    _ bytes: Span<UInt8>, into buffer: inout [UInt8], _ range: Range<Int>
  ) -> Step {
    let (available, room) = (uInt(bytes.count), uInt(clamping: range.count))
    let status = unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe buffer.withUnsafeMutableBufferPointer { buffer in
        // zlib reads through this pointer and never writes.
        unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
        unsafe stream.pointee.avail_in = available
        unsafe stream.pointee.next_out = buffer.extracting(range).baseAddress
        unsafe stream.pointee.avail_out = room
        return unsafe CZlib.inflate(stream, Z_NO_FLUSH)
      }
    }
    return unsafe Step(
      status: status, consumed: Int(available - stream.pointee.avail_in),
      produced: Int(room - stream.pointee.avail_out))
  }
}
