// An IDX file as a stream: a header, then exactly the bytes that it announces. Nothing is ever
// allocated by an announced size; a file that lies is found out by where it ends.
import TensorIO

/// Reads an IDX file of unsigned bytes, plain or gzipped, from a path or standard input ("-").
public final class IDXReader {
  /// What the file announces.
  public let header: IDXHeader

  private let input: InflatingInput
  private var done = 0

  /// The name for messages: the path as given, or "standard input".
  public var path: String { input.path }

  /// Opens a file and reads its header.
  ///
  /// Throws `.invalid` for what is not an IDX file of unsigned bytes, and what `InputFile` throws.
  public init(_ path: String) throws(FileError) {
    input = try InflatingInput(InputFile(path))
    header = try IDXHeader(input)
  }

  /// Fills a buffer with the next bytes of the data and returns how many came: fewer than asked
  /// for only when the data is complete, and 0 once the file has been found to end there too.
  ///
  /// Throws `.invalid` for a file that is shorter or longer than announced, or damaged gzip.
  ///
  /// - Precondition: the buffer is not empty.
  public func read(into buffer: inout [UInt8]) throws(FileError) -> Int {
    precondition(!buffer.isEmpty, "0 is to mean the end")
    let wanted = min(buffer.count, header.byteCount - done)
    // At the end, a byte too many is asked for.
    let got = try input.read(into: &buffer, 0..<max(wanted, 1))
    if wanted == 0 {
      guard got == 0 else {
        throw FileError(
          .invalid, path, "bytes follow the announced data of \(header.byteCount) bytes")
      }
      return 0
    }
    done += got
    guard got == wanted else {
      throw FileError(
        .invalid, path,
        "data ends after \(done) bytes, the header announces \(header.byteCount)")
    }
    return got
  }
}
