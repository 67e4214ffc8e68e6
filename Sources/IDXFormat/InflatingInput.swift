// The bytes of a file, inflated when it is gzip. The magic bytes decide, not the name. zlib's
// gzread would pass off a file that is cut short as a whole one, and garbage behind the data as
// nothing; with inflate itself both are errors. Memory is one fixed buffer and zlib's window.
import CZlib
import TensorIO

/// Reads a plain or gzipped file as a stream of its content.
///
/// Gzip data may have several members, empty ones too, and zeros for padding behind the last.
final class InflatingInput {
  private let input: InputFile
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
  /// What has been read from the file and not used yet; part of `buffer`.
  private var pending = UnsafeRawBufferPointer(start: nil, count: 0)
  /// The state of zlib, which must not move; nil for a plain file.
  private var stream: UnsafeMutablePointer<z_stream>?
  private var isInsideMember = false

  private static let firstMagic: UInt8 = 0x1F

  /// The name for messages.
  var path: String { input.path }

  /// Reads the beginning of a file to see whether it is gzip.
  ///
  /// Throws `.inputOutput` when reading fails or memory runs out.
  init(_ input: InputFile) throws(FileError) {
    self.input = input
    // A single 1f can only be a gzip file that is cut short.
    guard try refill(), [Self.firstMagic, 0x8B].starts(with: pending.prefix(2)) else { return }
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    self.stream = stream
    let gzipOnly: Int32 = 15 + 16
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(stream, gzipOnly, ZLIB_VERSION, size) == Z_OK else {
      throw FileError(.inputOutput, path, "zlib cannot start")
    }
  }

  deinit {
    if let stream {
      inflateEnd(stream)
      stream.deallocate()
    }
    buffer.deallocate()
  }

  /// Fills a buffer and returns how many bytes came: fewer than asked for only at the end.
  ///
  /// Throws `.invalid` where gzip data is cut short, damaged, or followed by something else.
  func read(into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    guard let stream else {
      let head = min(pending.count, target.count)
      target.copyMemory(from: UnsafeRawBufferPointer(rebasing: pending[..<head]))
      pending = UnsafeRawBufferPointer(rebasing: pending[head...])
      let rest = UnsafeMutableRawBufferPointer(rebasing: target[head...])
      return try head + input.read(into: rest)
    }
    var filled = 0
    while filled < target.count, try hasMember(stream) {
      filled += try inflate(
        stream, into: UnsafeMutableRawBufferPointer(rebasing: target[filled...]))
    }
    return filled
  }

  /// Whether there is a member to inflate: the one in hand, or one that follows it.
  private func hasMember(_ stream: UnsafeMutablePointer<z_stream>) throws(FileError) -> Bool {
    if isInsideMember { return true }
    guard try refill() else { return false }
    if pending[0] == Self.firstMagic {
      inflateReset(stream)
      isInsideMember = true
      return true
    }
    repeat {
      guard pending.allSatisfy({ $0 == 0 }) else {
        throw FileError(.invalid, path, "bytes that are not gzip follow the gzip data")
      }
      pending = UnsafeRawBufferPointer(start: nil, count: 0)
    } while try refill()
    return false
  }

  /// Inflates some bytes of the member in hand; none when only its header or trailer was read.
  private func inflate(
    _ stream: UnsafeMutablePointer<z_stream>, into target: UnsafeMutableRawBufferPointer
  ) throws(FileError) -> Int {
    _ = try refill()
    let room = uInt(clamping: target.count)
    // zlib reads through this pointer and never writes.
    stream.pointee.next_in = UnsafeMutableRawPointer(mutating: pending.baseAddress)?
      .assumingMemoryBound(to: Bytef.self)
    stream.pointee.avail_in = uInt(pending.count)
    stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: Bytef.self)
    stream.pointee.avail_out = room
    let code = CZlib.inflate(stream, Z_NO_FLUSH)
    pending = UnsafeRawBufferPointer(
      rebasing: pending.suffix(Int(stream.pointee.avail_in)))
    switch code {
    case Z_OK: break
    case Z_STREAM_END: isInsideMember = false
    case Z_BUF_ERROR: throw FileError(.invalid, path, "gzip data ends early (cut short)")
    case Z_MEM_ERROR: throw FileError(.inputOutput, path, "zlib is out of memory")
    default:
      let reason = stream.pointee.msg.map { String(cString: $0) } ?? "error \(code)"
      throw FileError(.invalid, path, "gzip data is damaged: \(reason)")
    }
    return Int(room - stream.pointee.avail_out)
  }

  /// Reads on when everything has been used; false at the end of the file.
  private func refill() throws(FileError) -> Bool {
    if pending.isEmpty {
      let count = try input.read(into: buffer)
      pending = UnsafeRawBufferPointer(rebasing: buffer[..<count])
    }
    return !pending.isEmpty
  }
}
