// The bytes of a file, inflated if it is gzip: the first bytes decide, not the name. zlib's `gzread`
// accepts a truncated file and ignores garbage after the data; with `inflate`, both are errors. Memory
// is one fixed buffer and zlib's window.
import CZlib
import TensorIO

/// Reads a plain or gzipped file as a stream of its content.
///
/// Gzip data may have several members, even empty ones, and padding of zeros after the last one.
final class InflatingInput {
  private let input: InputFile
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  /// The part of the buffer that has been read from the file but not used.
  private var pending = 0..<0
  /// Nil for a plain file.
  private var inflater: Inflater?
  private var isInsideMember = false

  /// The name in messages.
  var path: String { input.path }

  /// Reads the beginning of a file to determine whether it is gzip.
  ///
  /// - Throws: `.inputOutput` if reading fails or there is not enough memory.
  init(_ input: InputFile) throws(FileError) {
    self.input = input
    // A file that consists of 1f alone can only be a truncated gzip file.
    guard try refill(), FileFormat.gzip.signature.starts(with: buffer[pending].prefix(2))
    else { return }
    inflater = Inflater()
    if inflater == nil {
      throw FileError(.inputOutput, path, "cannot initialize zlib: out of memory")
    }
  }

  /// Fills a part of a buffer; returns the number of bytes read, which is less than the size of the
  /// part only at the end.
  ///
  /// - Throws: `.invalid` if gzip data is truncated, corrupted or followed by anything else;
  ///   `.inputOutput` if reading fails or there is not enough memory.
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

  /// The next bytes, fewer only at the end. The count must not come from a file.
  func bytes(_ count: Int) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = try read(into: &bytes, 0..<count)
    return Array(bytes[..<got])
  }

  /// Whether there is a member to inflate: the current one, or one that follows it.
  private func hasMember(_ inflater: Inflater) throws(FileError) -> Bool {
    if isInsideMember { return true }
    guard try refill() else { return false }
    if buffer[pending.lowerBound] == FileFormat.gzip.signature[0] {
      inflater.reset()
      isInsideMember = true
      return true
    }
    repeat {
      guard buffer[pending].allSatisfy({ $0 == 0 }) else {
        throw FileError(.invalid, path, "has extra bytes after the gzip data")
      }
      pending = 0..<0
    } while try refill()
    return false
  }

  /// Inflates bytes of the current member; returns the number of bytes produced, which is 0 when only
  /// its header or trailer was read.
  private func inflate(
    _ inflater: Inflater, into target: inout [UInt8], _ range: Range<Int>
  ) throws(FileError) -> Int {
    _ = try refill()
    let step = inflater.inflate(buffer.span.extracting(pending), into: &target, range)
    pending.removeFirst(step.consumed)
    switch step.status {
    case Z_OK: break
    case Z_STREAM_END: isInsideMember = false
    case Z_BUF_ERROR:
      throw FileError(.invalid, path, "gzip data is truncated; download the file again")
    case Z_MEM_ERROR: throw FileError(.inputOutput, path, "zlib is out of memory")
    default:
      throw FileError(
        .invalid, path,
        "gzip data is corrupted: \(inflater.message ?? "zlib error \(step.status)")")
    }
    return step.produced
  }

  /// Reads more when everything has been used; returns false at the end of the file.
  private func refill() throws(FileError) -> Bool {
    if pending.isEmpty {
      pending = 0..<(try input.read(into: &buffer, buffer.indices))
    }
    return !pending.isEmpty
  }
}
