// IDX and gzip files for these tests.
import CZlib
import Foundation
import TensorIO

/// An IDX file of unsigned bytes; only its header if there is no data.
func idx(_ dimensions: [UInt32], _ data: [UInt8] = [], type: UInt8 = 0x08) -> [UInt8] {
  let sizes = dimensions.flatMap { size in withUnsafeBytes(of: size.bigEndian) { [UInt8]($0) } }
  return [0, 0, type, UInt8(dimensions.count)] + sizes + data
}

/// Bytes with a long period.
func pattern(_ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 ^ $0 >> 3) }
}

/// Compresses bytes to one gzip member.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  var source = bytes
  var target = [UInt8](repeating: 0, count: bytes.count + bytes.count / 1000 + 64)
  let started = deflateInit2_(
    &stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
    Int32(MemoryLayout<z_stream>.size))
  precondition(started == Z_OK)
  let ended = source.withUnsafeMutableBufferPointer { source in
    target.withUnsafeMutableBufferPointer { target in
      stream.next_in = source.baseAddress
      stream.avail_in = uInt(source.count)
      stream.next_out = target.baseAddress
      stream.avail_out = uInt(target.count)
      return deflate(&stream, Z_FINISH)
    }
  }
  precondition(ended == Z_STREAM_END)
  let count = Int(stream.total_out)
  deflateEnd(&stream)
  return Array(target[..<count])
}

extension Array where Element == UInt8 {
  /// Flips bits of one byte; a negative index counts from the end.
  func flipped(_ mask: UInt8, at index: Int) -> [UInt8] {
    var bytes = self
    bytes[index < 0 ? count + index : index] ^= mask
    return bytes
  }
}
