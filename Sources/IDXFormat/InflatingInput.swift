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
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  /// Where in the buffer is what has been read from the file and not used yet.
  private var pending = 0..<0
  /// Nil for a plain file.
  private var inflater: Inflater?
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
    guard try refill(), [Self.firstMagic, 0x8B].starts(with: buffer[pending].prefix(2))
    else { return }
    inflater = Inflater()
    if inflater == nil { throw FileError(.inputOutput, path, "zlib cannot start") }
  }

  /// Fills a part of a buffer and returns how many bytes came: fewer than asked for only at the end.
  ///
  /// Throws `.invalid` where gzip data is cut short, damaged, or followed by something else.
  func read(into target: inout [UInt8], _ range: Range<Int>) throws(FileError) -> Int {
    guard let inflater else {
      let head = pending.prefix(range.count)
      target.replaceSubrange(range.prefix(head.count), with: buffer[head])
      pending.removeFirst(head.count)
      return try head.count + input.read(into: &target, range.dropFirst(head.count))
    }
    var rest = range
    while !rest.isEmpty, try hasMember(inflater) {
      rest.removeFirst(try inflate(inflater, into: &target, rest))
    }
    return range.count - rest.count
  }

  /// Whether there is a member to inflate: the one in hand, or one that follows it.
  private func hasMember(_ inflater: Inflater) throws(FileError) -> Bool {
    if isInsideMember { return true }
    guard try refill() else { return false }
    if buffer[pending.lowerBound] == Self.firstMagic {
      inflater.reset()
      isInsideMember = true
      return true
    }
    repeat {
      guard buffer[pending].allSatisfy({ $0 == 0 }) else {
        throw FileError(.invalid, path, "bytes that are not gzip follow the gzip data")
      }
      pending = 0..<0
    } while try refill()
    return false
  }

  /// Inflates some bytes of the member in hand; none when only its header or trailer was read.
  private func inflate(
    _ inflater: Inflater, into target: inout [UInt8], _ range: Range<Int>
  ) throws(FileError) -> Int {
    _ = try refill()
    let step = inflater.inflate(buffer.span.extracting(pending), into: &target, range)
    pending.removeFirst(step.used)
    switch step.code {
    case Z_OK: break
    case Z_STREAM_END: isInsideMember = false
    case Z_BUF_ERROR: throw FileError(.invalid, path, "gzip data ends early (cut short)")
    case Z_MEM_ERROR: throw FileError(.inputOutput, path, "zlib is out of memory")
    default:
      throw FileError(
        .invalid, path, "gzip data is damaged: \(inflater.message ?? "error \(step.code)")")
    }
    return step.made
  }

  /// Reads on when everything has been used; false at the end of the file.
  private func refill() throws(FileError) -> Bool {
    if pending.isEmpty {
      pending = 0..<(try input.read(into: &buffer, buffer.indices))
    }
    return !pending.isEmpty
  }
}
